import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTokens } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import t from 'tap'
import { ServerClock } from '#internal/clock'
import { keysOf } from '#internal/keys'
import { TimedClient } from '#internal/timed-client'
import { despiteOutages, startProxy } from '../../../test/helpers/proxy.js'
import { freePort, type RedisServer, startRedis, until } from '../../../test/helpers/redis.js'
import type { Connected } from './clients.js'

const secret = randomBytes(32).toString('base64url')
const timeout = 400
/** Milliseconds that a busy machine may take beyond the deadline. */
const margin = 1000

const clients: Record<string, (port: number) => Connected> = {
  ioredis: port => {
    const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 20 })
    client.on('error', () => {})
    return { client, close: () => client.disconnect() }
  },
  'node-redis': port => {
    const url = `redis://127.0.0.1:${port}`
    const client = createClient({ url, socket: { reconnectStrategy: () => 20 } })
    client.on('error', () => {})
    client.connect().catch(() => {})
    return { client, close: () => client.destroy() }
  },
}

/** The record of the only session of the server, by a connection apart. */
async function recordOn(server: RedisServer): Promise<string> {
  const key = (await server.command('KEYS', '*:s:*')).trim()
  return server.command('HVALS', key)
}

for (const [name, connect] of Object.entries(clients)) {
  t.test(
    `${name}, R29: a server restarted empty refuses all sessions, recreates none, and takes logins`,
    async t => {
      const first = await startRedis()
      const { client, close } = connect(first.port)
      const tokens = createTokens({ secret, store: redisStore(client, { timeout }) })
      const logins = ['alice', 'bob', 'carol'].map(subject => tokens.issue({ subject }))
      const issued = await Promise.all(logins)
      const [alice] = await Promise.all(issued.map(({ refreshToken }) => tokens.refresh(refreshToken)))
      await first.stop('SIGKILL')
      t.teardown(close)
      await t.rejects(tokens.refresh(`${alice?.refreshToken}`), { code: 'ERR_STORE_UNAVAILABLE' })

      const second = await startRedis({ port: first.port })
      t.teardown(() => second.stop())
      for (const token of [alice, ...issued].map(each => `${each?.refreshToken}`)) {
        const refreshed = despiteOutages(() => tokens.refresh(token))
        await t.rejects(refreshed, { code: 'ERR_INVALID_GRANT' })
      }
      t.equal(await second.command('KEYS', '*'), '', 'no keys')
      const { refreshToken } = await tokens.issue({ subject: 'alice' })
      t.ok(await tokens.refresh(refreshToken))
    },
  )

  t.test(
    `${name}, R27: what a frozen server runs after the deadline is late, and the same token works`,
    async t => {
      const server = await startRedis()
      const { client, close } = connect(server.port)
      t.teardown(() => server.stop())
      t.teardown(close)
      const tokens = createTokens({ secret, store: redisStore(client, { timeout }) })
      const { refreshToken: first } = await tokens.issue({ subject: 'alice' })
      const { refreshToken } = await tokens.refresh(first)
      const before = await recordOn(server)
      await server.command('CONFIG', 'RESETSTAT')

      server.process.kill('SIGSTOP')
      const start = performance.now()
      const refused = [refreshToken, first].map(token => tokens.refresh(token))
      refused.push(tokens.issue({ subject: 'alice' }))
      for (const each of refused) {
        await t.rejects(each, { code: 'ERR_STORE_UNAVAILABLE', status: 503 })
      }
      t.ok(performance.now() - start < timeout + margin, 'refused within the deadline')
      server.process.kill('SIGCONT')

      await until('the server ran them', async () => {
        const calls = /cmdstat_evalsha:calls=(\d+)/.exec(await server.command('INFO', 'commandstats'))
        return Number(calls?.[1]) >= 3
      })
      t.equal(await recordOn(server), before, 'no session was changed, nor created')
      const { refreshToken: next } = await despiteOutages(() => tokens.refresh(refreshToken))
      t.ok(await tokens.refresh(next))
    },
  )

  t.test(`${name}, R26: a server that refuses connections is a 503 within the deadline`, async t => {
    const { client, close } = connect(await freePort())
    t.teardown(close)
    const tokens = createTokens({ secret, store: redisStore(client, { timeout }) })
    const start = performance.now()
    const questions: (() => Promise<unknown>)[] = [
      () => tokens.issue({ subject: 'alice' }),
      () => tokens.sessions('alice'),
      () => tokens.revokeAll('alice'),
      () => tokens.revoke({ subject: 'alice', sid: 'A'.repeat(22) }),
    ]
    const asked = questions.map(ask => t.rejects(ask(), { code: 'ERR_STORE_UNAVAILABLE', status: 503 }))
    await Promise.all(asked)
    t.ok(performance.now() - start < timeout + margin)
  })
}

t.test('R26: a client that its owner has closed is a 503', async t => {
  const server = await startRedis()
  t.teardown(() => server.stop())
  const client = new Redis(server.port, '127.0.0.1')
  const tokens = createTokens({ secret, store: redisStore(client, { timeout }) })
  const { refreshToken } = await tokens.issue({ subject: 'alice' })
  const ended = once(client, 'end')
  client.disconnect()
  await ended
  await t.rejects(tokens.refresh(refreshToken), {
    code: 'ERR_STORE_UNAVAILABLE',
    cause: { message: /there is no connection/ },
  })
})

t.test(
  'R27: the first refresh of a process, sent when its connection is back, ends no session that went on',
  async t => {
    const server = await startRedis()
    const proxy = await startProxy(await freePort())
    const apart = new Redis(server.port, '127.0.0.1')
    const client = new Redis(proxy.port, '127.0.0.1', { retryStrategy: () => 50, maxRetriesPerRequest: null })
    client.on('error', () => {})
    t.teardown(async () => {
      client.disconnect()
      apart.disconnect()
      await proxy.close()
      await server.stop()
    })
    const elsewhere = createTokens({ secret, store: redisStore(apart) })
    const { refreshToken } = await elsewhere.issue({ subject: 'alice' })
    const started = createTokens({ secret, store: redisStore(client, { timeout }) })
    await t.rejects(started.refresh(refreshToken), { code: 'ERR_STORE_UNAVAILABLE' })

    const { refreshToken: second } = await elsewhere.refresh(refreshToken)
    const { refreshToken: third } = await elsewhere.refresh(second)
    proxy.target = server.port
    await until('the command was sent', async () => proxy.commands.some(each => each.startsWith('EVALSHA')))
    await client.ping()
    t.ok(await elsewhere.refresh(third))
  },
)

t.test('R30: a clock tells the time of the last answer, and what has gone by since', async t => {
  const clock = new ServerClock()
  t.equal(clock.now(), undefined)
  clock.tell(5000)
  const start = performance.now()
  await sleep(20)
  const passed = Number(clock.now()) - 5000
  t.ok(passed >= 19 && passed <= performance.now() - start + 2, `${passed} ms`)
  clock.tell(1000)
  t.ok(Number(clock.now()) < 5000, 'set back')
})

/** Stands for a client, as no server's clock can be moved here: each answer is an outcome and a time. */
function serverThatAnswers(...answers: [string, number][]) {
  const deadlines: string[] = []
  const evalSha = async (_script: unknown, _keys: unknown, args: readonly string[]): Promise<unknown> => {
    deadlines.push(`${args.at(-2)}`)
    return [args[0], ...(answers.shift() ?? [])].map(String)
  }
  const client = { isCluster: false, warnings: () => [], evalSha, eval: evalSha }
  return { deadlines, server: new TimedClient(client, keysOf('moved'), 1000) }
}

t.test(
  'R30: after the clock of a server was set forward, a command is sent once more by the new time',
  async t => {
    const { server, deadlines } = serverThatAnswers(
      ['unknown', 10_000],
      ['late', 90_000],
      ['rotated', 90_001],
    )
    const step = { text: '', sha: '' }
    t.strictSame(await server.write(step, 'AA', []), ['rotated', '90001'])
    const [, second, third] = deadlines.map(Number)
    t.ok(Number(second) >= 10_900 && Number(second) <= 11_500, `${second}`)
    t.ok(Number(third) >= 90_900 && Number(third) <= 91_000, `${third}`)
  },
)

t.test('R30: a command that is late twice is not sent again', async t => {
  const step = { text: '', sha: '' }
  const twice = serverThatAnswers(['time', 10_000], ['late', 90_000], ['late', 200_000], ['rotated', 1])
  await t.rejects(twice.server.write(step, 'AA', []), { code: 'ERR_STORE_UNAVAILABLE' })
  t.equal(twice.deadlines.length, 3)
})
