import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createTokens, type TokenEvent } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import { Redis } from 'ioredis'
import { createSentinel } from 'redis'
import t from 'tap'
import { startSentinels } from '../../../test/helpers/cluster.js'
import { despiteOutages, startProxy } from '../../../test/helpers/proxy.js'
import { startRedis } from '../../../test/helpers/redis.js'
import type { Connected } from './clients.js'

const secret = randomBytes(32).toString('base64url')

/** A primary, and what was its replica: one write behind when the client is sent there. */
async function arrange(t: Pick<typeof import('tap').t, 'teardown'>) {
  const [primary, replica] = await Promise.all([startRedis(), startRedis()])
  const proxy = await startProxy(primary.port)
  const client = new Redis(proxy.port, '127.0.0.1', { retryStrategy: () => 20 })
  const [from, to] = [primary.port, replica.port].map(port => new Redis(port, '127.0.0.1')) as [Redis, Redis]
  t.teardown(async () => {
    for (const each of [client, from, to]) {
      each.disconnect()
    }
    await Promise.all([proxy.close(), primary.stop(), replica.stop()])
  })
  client.on('error', () => {})
  const events: string[] = []
  const onEvent = ({ type }: TokenEvent): void => void events.push(type)
  const tokens = createTokens({ secret, store: redisStore(client, { timeout: 500 }), onEvent })
  return {
    tokens,
    events,
    replicate: () => replicate(from, to),
    async failOver() {
      proxy.target = replica.port
      proxy.cut()
      await once(client, 'ready')
    },
  }
}

async function replicate(from: Redis, to: Redis): Promise<void> {
  for (const key of await from.keys('*')) {
    const [value, expiry] = await Promise.all([from.dumpBuffer(key), from.pexpiretime(key)])
    await to.restore(key, expiry, value as Buffer, 'REPLACE', 'ABSTTL')
  }
}

t.test(
  'R27: after a failover that lost a rotation, the newest token heals, and an older one ends the session',
  async t => {
    const { tokens, events, replicate, failOver } = await arrange(t)
    const { refreshToken: first } = await tokens.issue({ subject: 'alice' })
    const { refreshToken: second } = await tokens.refresh(first)
    await replicate()
    const { refreshToken: third } = await tokens.refresh(second)
    await failOver()
    const { refreshToken: fourth } = await tokens.refresh(third)
    t.equal(events.at(-1), 'healed')
    const { refreshToken: fifth } = await tokens.refresh(fourth)
    t.equal(events.at(-1), 'refreshed')
    await t.rejects(tokens.refresh(second), { code: 'ERR_INVALID_GRANT' })
    t.equal(events.at(-1), 'reused')
    await t.rejects(tokens.refresh(fifth), { code: 'ERR_INVALID_GRANT' })
  },
)

t.test(
  'R27: after a failover that lost a rotation, an older token directly after the heal ends the session',
  async t => {
    const { tokens, events, replicate, failOver } = await arrange(t)
    const { refreshToken: first } = await tokens.issue({ subject: 'alice' })
    await replicate()
    const { refreshToken: second } = await tokens.refresh(first)
    await failOver()
    const { refreshToken: third } = await tokens.refresh(second)
    t.equal(events.at(-1), 'healed')
    await t.rejects(tokens.refresh(first), { code: 'ERR_INVALID_GRANT' })
    t.equal(events.at(-1), 'reused')
    await t.rejects(tokens.refresh(third), { code: 'ERR_INVALID_GRANT' })
  },
)

t.test(
  'R27: after a failover that lost a rotation, two tabs with the newest token both get a successor',
  async t => {
    const { tokens, replicate, failOver } = await arrange(t)
    const { refreshToken: first } = await tokens.issue({ subject: 'alice' })
    await replicate()
    const { refreshToken: second } = await tokens.refresh(first)
    await failOver()
    const [one, other] = await Promise.all([tokens.refresh(second), tokens.refresh(second)])
    t.not(one.refreshToken, other.refreshToken)
    t.ok(await tokens.refresh(one.refreshToken))
  },
)

t.test(
  'R27: a revocation that a failover lost holds in the process that revoked, which revokes again',
  async t => {
    const { tokens, replicate, failOver } = await arrange(t)
    const { refreshToken } = await tokens.issue({ subject: 'alice' })
    await replicate()
    await tokens.revoke({ token: refreshToken })
    await failOver()
    t.equal((await tokens.sessions('alice')).length, 1, 'lost')
    await t.rejects(tokens.refresh(refreshToken), { code: 'ERR_INVALID_GRANT' })
    t.strictSame(await tokens.sessions('alice'), [])
  },
)

/** A client that notes which scripts it sends, as ioredis takes them. */
function noting(client: Redis) {
  const sent: Parameters<Redis['evalsha']>[] = []
  const evalsha = (...script: Parameters<Redis['evalsha']>) => {
    sent.push(script)
    return client.evalsha(...script)
  }
  return { sent, client: { evalsha, eval: client.eval.bind(client), call: client.call.bind(client) } }
}

/** A primary and what replaced it, with one session that both know; `sent` are the scripts that went to the latter. */
async function arrangeTwo(t: Pick<typeof import('tap').t, 'teardown'>) {
  const servers = await Promise.all([startRedis(), startRedis()])
  const [left, promoted] = servers.map(({ port }) => new Redis(port, '127.0.0.1')) as [Redis, Redis]
  t.teardown(async () => {
    left.disconnect()
    promoted.disconnect()
    await Promise.all(servers.map(server => server.stop()))
  })
  const { sent, client } = noting(promoted)
  const events: string[] = []
  const onEvent = ({ type }: TokenEvent): void => void events.push(type)
  const options = { secret, onEvent }
  const before = createTokens({ ...options, store: redisStore(left) })
  const after = createTokens({ ...options, store: redisStore(client, { timeout: 60_000 }) })
  const { refreshToken: first } = await before.issue({ subject: 'alice' })
  const { refreshToken: second } = await before.refresh(first)
  await replicate(left, promoted)
  return { left, promoted, sent, events, before, after, second }
}

for (const uses of [0, 1, 2]) {
  t.test(
    `R27: a primary that was left behind, and runs a refresh that its successor has answered, takes the token of ${uses} refreshes later`,
    async t => {
      const { left, sent, events, before, after, second } = await arrangeTwo(t)
      let { refreshToken } = await after.refresh(second)
      const [copy] = sent.slice(-1)
      for (let use = 0; use < uses; use++) {
        refreshToken = (await after.refresh(refreshToken)).refreshToken
      }
      // Whatever its number is, it is later than this.
      await new Promise(resolve => setTimeout(resolve, 5))
      await left.evalsha(...(copy as Parameters<Redis['evalsha']>))
      t.ok(await before.refresh(refreshToken))
      t.notOk(events.includes('reused'), events.join())
    },
  )
}

for (const where of ['the server that answered it', 'a primary that was left behind'] as const) {
  t.test(
    `R27: a copy of a refresh that runs on ${where} after its token was used ends no session`,
    async t => {
      const { left, promoted, sent, events, before, after, second } = await arrangeTwo(t)
      const { refreshToken: third } = await after.refresh(second)
      const [copy] = sent.slice(-1)
      // The next use is later than this.
      await new Promise(resolve => setTimeout(resolve, 5))
      const [server, tokens] = where === 'the server that answered it' ? [promoted, after] : [left, before]
      const { refreshToken: fourth } = await tokens.refresh(third)
      await server.evalsha(...(copy as Parameters<Redis['evalsha']>))
      t.ok(await tokens.refresh(fourth))
      t.notOk(events.includes('reused'), events.join())
      await t.rejects(tokens.refresh(second), { code: 'ERR_INVALID_GRANT' }, 'a replay is asked for later')
      t.equal(events.at(-1), 'reused')
    },
  )
}

const clients: Record<string, (name: string, ports: readonly number[]) => Promise<Connected>> = {
  ioredis: async (name, ports) => {
    const client = new Redis({
      name,
      sentinels: ports.map(port => ({ host: '127.0.0.1', port })),
      retryStrategy: () => 50,
      sentinelRetryStrategy: () => 50,
      failoverDetector: true,
    })
    client.on('error', () => {})
    let isClosing = false
    client.on('end', () => {
      if (!isClosing) {
        client.connect().catch(() => {})
      }
    })
    const close = (): void => {
      isClosing = true
      client.disconnect()
    }
    return { client, close }
  },
  'node-redis': async (name, ports) => {
    const sentinelRootNodes = ports.map(port => ({ host: '127.0.0.1', port }))
    const client = createSentinel({ name, sentinelRootNodes, scanInterval: 100 })
    client.on('error', () => {})
    await client.connect()
    return { client, close: () => client.destroy() }
  },
}

const set = await startSentinels()
t.teardown(() => set.stop())
t.test('R26: when Sentinel promotes the replica of a killed primary, nobody is logged out', async t => {
  const users = await Promise.all(
    Object.entries(clients).map(async ([name, connect]) => {
      const { client, close } = await connect(set.name, set.sentinelPorts)
      t.teardown(close)
      const tokens = createTokens({ secret, store: redisStore(client, { timeout: 500 }) })
      // A busy machine may take longer than half a second to connect, which is not what this is about.
      const logIn = (each: string) => despiteOutages(() => tokens.issue({ subject: `${name} ${each}` }))
      const first = await Promise.all(['a', 'b', 'c'].map(logIn))
      const held = await Promise.all(
        first.map(({ refreshToken }) => despiteOutages(() => tokens.refresh(refreshToken))),
      )
      return { name, tokens, held: held.map(({ refreshToken }) => refreshToken) }
    }),
  )
  await set.master.command('WAIT', '1', '1000')
  set.master.process.kill('SIGKILL')
  await Promise.all(
    users.map(async ({ name, tokens, held }) => {
      for (const token of held) {
        const { refreshToken } = await despiteOutages(() => tokens.refresh(token), 120_000)
        t.ok(await despiteOutages(() => tokens.refresh(refreshToken)), name)
      }
    }),
  )
})
