import { createTokens, type TokenEvent } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import t from 'tap'
import { startSentinels } from '../../../test/helpers/cluster.js'
import { startRedis, until } from '../../../test/helpers/redis.js'

const secret = 'V2FybiBvcGVyYXRvcnMgYmVmb3JlIHVzZXJzIG5vdGljZS4='
const server = await startRedis()
t.teardown(() => server.stop())

/** The warnings after a first login, when the server has been asked about itself. */
function warnings(options: object = {}): Promise<TokenEvent[]> {
  return warningsOf(new Redis(server.port, '127.0.0.1', options))
}

async function warningsOf(redis: Redis): Promise<TokenEvent[]> {
  const events: TokenEvent[] = []
  const tokens = createTokens({ secret, store: redisStore(redis), onEvent: event => events.push(event) })
  await tokens.issue({ subject: 'ada' })
  await tokens.issue({ subject: 'bob' })
  // The check is on the same connection, after the logins: so is this answer.
  await redis.ping()
  await new Promise(resolve => setImmediate(resolve))
  redis.disconnect()
  return events.filter(({ type }) => type === 'store_warning')
}

t.test('R29: a server that may evict sessions is warned of, once', async t => {
  await server.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
  t.match(await warnings(), [{ code: 'redis_may_evict', message: /allkeys-lru.*noeviction/ }])
  t.equal((await warnings()).length, 1)
  await server.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
  t.same(await warnings(), [])
})

t.test('not being allowed to ask is no error', async t => {
  await server.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
  await server.command('ACL', 'SETUSER', 'app', 'on', '>pass', '~{tokenratchet:*', '+@all', '-info')
  t.same(await warnings({ username: 'app', password: 'pass' }), [])
  await server.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
})

t.test('a client that lets commands pile up while the server is away is warned of', async t => {
  t.match(await warnings({ maxRetriesPerRequest: null }), [
    { code: 'redis_client_slow', message: /maxRetries/ },
  ])
})

t.test(
  'R32: an ioredis client of Sentinel that stays on a demoted primary, or may end for good, is warned of, once',
  async t => {
    const set = await startSentinels()
    t.teardown(() => set.stop())
    const node = (port: number) => ({ host: '127.0.0.1', port })
    for (const [name, create] of Object.entries({
      'ioredis 6': (options: object) => new Redis(options),
      'ioredis 5': (options: object) => new Redis5(options),
    })) {
      const warned = (options: object) => {
        const sentinels = set.sentinelPorts.map(node)
        return warningsOf(create({ name: set.name, sentinels, ...options }) as Redis)
      }
      t.match(
        await warned({}),
        [{ code: 'redis_sentinel_no_failover_detector', message: /failoverDetector to true/ }],
        name,
      )
      t.match(
        await warned({ failoverDetector: true }),
        [{ code: 'redis_sentinel_no_end_listener', message: /client\.connect\(\)/ }],
        name,
      )
      const whole = create({ name: set.name, sentinels: set.sentinelPorts.map(node), failoverDetector: true })
      whole.on('end', () => {})
      t.same(await warningsOf(whole as Redis), [], `${name}, set up as the README says`)
    }
  },
)

t.test('a store whose warnings nobody wants works all the same', async t => {
  const redis = new Redis(server.port, '127.0.0.1')
  t.teardown(() => redis.disconnect())
  const store = redisStore(redis)
  t.same(await store.list('AAAAAAAAAAAAAAAAAAAAAA'), [])
  await until('idle', async () => redis.status === 'ready')
})
