// A client of ioredis with `failoverDetector: true` ends for good when a failover is announced while it looks for the
// primary. packages/redis/README.md says how to connect it again.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { createTokens } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import t from 'tap'
import { despiteOutages, startProxy } from '../../../test/helpers/proxy.js'
import { startRedis, until } from '../../../test/helpers/redis.js'
import { split } from '../../../test/helpers/resp.js'

const secret = randomBytes(32).toString('base64url')
const bulk = (...texts: string[]): string => texts.map(text => `$${text.length}\r\n${text}\r\n`).join('')
const reply = (...texts: string[]): string => `*${texts.length}\r\n${bulk(...texts)}`

/** A sentinel that says where the primary is only when it is told to, and announces failovers. */
async function startSentinel(primary: number) {
  const subscribers = new Set<Socket>()
  let isHolding = false
  const held: (() => void)[] = []
  const server = createServer(socket => {
    const answer = (name: string, second: string): void => {
      if (name === 'SUBSCRIBE') {
        subscribers.add(socket)
        socket.write(`*3\r\n${bulk('subscribe', '+switch-master')}:1\r\n`)
      } else if (name === 'SENTINEL' && second === 'main') {
        const tell = (): void => void socket.write(reply('127.0.0.1', `${primary}`))
        isHolding ? held.push(tell) : tell()
      } else {
        socket.write('+OK\r\n')
      }
    }
    let rest = Buffer.alloc(0)
    socket.on('error', () => {}).on('close', () => subscribers.delete(socket))
    socket.on('data', data => {
      const { requests, rest: incomplete } = split(Buffer.concat([rest, data]))
      rest = Buffer.from(incomplete)
      for (const { name, second } of requests) {
        answer(name, second)
      }
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as { port: number }).port,
    subscribers,
    held,
    hold() {
      isHolding = true
    },
    release() {
      isHolding = false
      for (const tell of held.splice(0)) {
        tell()
      }
    },
    announce() {
      for (const socket of subscribers) {
        socket.write(reply('message', '+switch-master', 'main 127.0.0.1 1 127.0.0.1 2'))
      }
    },
    close: () => new Promise(resolve => server.close(resolve)),
  }
}

const libraries = {
  'ioredis 6': (options: object) => new Redis(options),
  'ioredis 5': (options: object) => new Redis5(options) as unknown as Redis,
}
for (const [name, create] of Object.entries(libraries)) {
  t.test(`R26: ${name}, which a failover ended while it reconnected, goes on after the end`, async t => {
    const server = await startRedis()
    const proxy = await startProxy(server.port)
    const sentinel = await startSentinel(proxy.port)
    const client = create({
      name: 'main',
      sentinels: [{ host: '127.0.0.1', port: sentinel.port }],
      failoverDetector: true,
      updateSentinels: false,
      maxRetriesPerRequest: 1,
      retryStrategy: () => 1,
      protocol: 2,
    })
    client.on('error', () => {})
    let isClosing = false
    let ends = 0
    client.on('end', () => {
      ends++
      if (!isClosing) {
        client.connect().catch(() => {})
      }
    })
    t.teardown(async () => {
      isClosing = true
      client.disconnect()
      await Promise.all([proxy.close(), server.stop(), sentinel.close()])
    })
    const tokens = createTokens({ secret, store: redisStore(client, { timeout: 500 }) })
    const { refreshToken } = await despiteOutages(() => tokens.issue({ subject: 'alice' }))
    await until('the client listens for failovers', async () => sentinel.subscribers.size > 0)

    sentinel.hold()
    proxy.cut()
    await until('the client asks where the primary is', async () => sentinel.held.length > 0)
    sentinel.announce()
    await until('the client has heard of the failover', async () => sentinel.subscribers.size === 0)
    sentinel.release()
    await until('ioredis gives up', async () => ends === 1)
    t.ok(await despiteOutages(() => tokens.refresh(refreshToken)))
  })
}
