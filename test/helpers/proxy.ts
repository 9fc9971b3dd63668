// A proxy between a client and a server, which loses, cuts and counts as a test tells it to.
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { replies, split } from './resp.js'

export interface LossyProxy {
  readonly port: number
  /** The port that new connections go to. */
  target: number
  /** Names of the commands that clients sent, in upper case, in order. */
  readonly commands: string[]
  /** How many of them were scripts on the keys of all 16 buckets: reads of the feed. */
  feedReads: number
  /** The last of these reads whose answer was passed on, by its place among them. */
  feedAnswer: number
  /** Answers scripts in the server's place, by an error. */
  error: string | undefined
  /** Cuts what is connected, and whoever connects, until it is told otherwise: the server can't be reached. */
  isDown: boolean
  /** Exchanges the next two replies of one connection, once both are there; resolves then. */
  swapReplies(): Promise<void>
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
  let swapping: { held: Buffer; done: () => void } | undefined

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
    /** For each command that has not been answered yet its place among the reads of the feed, if it is one. */
    const places: (number | undefined)[] = []
    let unfinished: Buffer = Buffer.alloc(0)

    client.on('data', data => {
      const { requests, rest: incomplete } = split(Buffer.concat([rest, data]))
      rest = incomplete
      for (const { name, second, bytes } of requests) {
        proxy.commands.push(name)
        const isFeedRead = name.startsWith('EVAL') && second === '16'
        proxy.feedReads += isFeedRead ? 1 : 0
        if (proxy.error !== undefined && name.startsWith('EVAL')) {
          client.write(`-${proxy.error}\r\n`)
          continue
        }
        if (losing?.name === name) {
          swallow = losing.lost
          losing = undefined
        }
        places.push(isFeedRead ? proxy.feedReads : undefined)
        upstream.write(bytes)
      }
    })
    const note = (data: Buffer): void => {
      unfinished = Buffer.concat([unfinished, data])
      for (const reply of replies(unfinished)) {
        unfinished = unfinished.subarray(reply.length)
        const place = places.shift()
        // An error is no answer, such as that of a script which the server does not know.
        proxy.feedAnswer = place !== undefined && reply[0] !== 45 ? place : proxy.feedAnswer
      }
    }
    upstream.on('data', data => {
      if (swallow) {
        swallow()
        end()
      } else if (swapping === undefined) {
        client.write(data)
        note(data)
      } else {
        swapping.held = Buffer.concat([swapping.held, data])
        const [first, second] = replies(swapping.held)
        if (first !== undefined && second !== undefined) {
          client.write(Buffer.concat([second, first, swapping.held.subarray(first.length + second.length)]))
          swapping.done()
          swapping = undefined
        }
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
    feedReads: 0,
    feedAnswer: 0,
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
    swapReplies: () =>
      new Promise(done => {
        swapping = { held: Buffer.alloc(0), done }
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
