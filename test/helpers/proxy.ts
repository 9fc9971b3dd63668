// A proxy between a client and a server, which loses, cuts and counts as a test tells it to.
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface LossyProxy {
  readonly port: number
  /** The port that new connections go to. */
  target: number
  /** Names of the commands that clients sent, in upper case, in order. */
  readonly commands: string[]
  /** Answers scripts in the server's place, by an error. */
  error: string | undefined
  /** Cuts what is connected, and whoever connects, until it is told otherwise: the server can't be reached. */
  isDown: boolean
  /** Forwards the next command of this name, swallows the reply and cuts the connection; resolves then. */
  loseReply(name: string): Promise<void>
  /** Cuts all connections. */
  cut(): void
  close(): Promise<void>
}

export async function startProxy(target: number): Promise<LossyProxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let isDown = false
  let losing: { name: string; lost: () => void } | undefined

  const server = createServer({ noDelay: true }, client => {
    if (isDown) {
      client.destroy()
      return
    }
    const upstream = connect({ port: proxy.target, host: '127.0.0.1', noDelay: true })
    const pair = [client, upstream] as const
    pairs.add(pair)
    let swallow: (() => void) | undefined
    let rest: Buffer = Buffer.alloc(0)

    client.on('data', data => {
      const { requests, rest: incomplete } = split(Buffer.concat([rest, data]))
      rest = incomplete
      for (const { name, bytes } of requests) {
        proxy.commands.push(name)
        if (proxy.error !== undefined && name.startsWith('EVAL')) {
          client.write(`-${proxy.error}\r\n`)
          continue
        }
        if (losing?.name === name) {
          swallow = losing.lost
          losing = undefined
        }
        upstream.write(bytes)
      }
    })
    upstream.on('data', data => {
      if (swallow) {
        swallow()
        end()
      } else {
        client.write(data)
      }
    })
    const end = (): void => {
      pairs.delete(pair)
      client.destroy()
      upstream.destroy()
    }
    for (const socket of pair) {
      socket.on('close', end).on('error', end)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const proxy: LossyProxy = {
    port: (server.address() as { port: number }).port,
    target,
    commands: [],
    error: undefined,
    get isDown() {
      return isDown
    },
    set isDown(value) {
      isDown = value
      if (isDown) {
        this.cut()
      }
    },
    loseReply: name =>
      new Promise(lost => {
        losing = { name, lost }
      }),
    cut() {
      for (const socket of [...pairs].flat()) {
        socket.destroy()
      }
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      this.cut()
      await closed
    },
  }
  return proxy
}

/** Requests are arrays of bulk strings: `*2\r\n$3\r\nGET\r\n$1\r\nx\r\n`. The first string is the command's name. */
function split(data: Buffer): { requests: { name: string; bytes: Buffer }[]; rest: Buffer } {
  const requests = []
  let start = 0
  for (;;) {
    let at = start
    const number = (): number | undefined => {
      const end = data.indexOf('\r\n', at)
      const value = end < 0 ? undefined : Number(data.toString('latin1', at + 1, end))
      at = end + 2
      return value
    }
    const count = number()
    let name = ''
    for (let index = 0; index < (count ?? 0); index++) {
      const length = number()
      if (length === undefined || at + length + 2 > data.length) {
        return { requests, rest: data.subarray(start) }
      }
      name ||= data.toString('latin1', at, at + length).toUpperCase()
      at += length + 2
    }
    if (count === undefined) {
      return { requests, rest: data.subarray(start) }
    }
    requests.push({ name, bytes: data.subarray(start, at) })
    start = at
  }
}

/** What a client of ours does on a 503: the same request again, with the same token. Anything else is thrown. */
export async function despiteOutages<T>(ask: () => Promise<T>, milliseconds = 15_000): Promise<T> {
  const end = Date.now() + milliseconds
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_STORE_UNAVAILABLE' || Date.now() > end) {
        throw error
      }
      await sleep(50)
    }
  }
}
