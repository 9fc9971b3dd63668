import { memoryStore } from '@tokenratchet/core'
import { type RedisClient, redisStore } from '@tokenratchet/redis'
import { Cluster, Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import { createClient as createClient5 } from 'redis5'
import t from 'tap'

const lazy = { lazyConnect: true } as const
const node = { host: '127.0.0.1', port: 1 }

t.test('clients of both libraries are recognised before they are connected', async t => {
  const clients: Record<string, RedisClient> = {
    'ioredis 6': new Redis(lazy),
    'ioredis 5': new Redis5(lazy),
    'ioredis Sentinel': new Redis({ ...lazy, name: 'main', sentinels: [node] }),
    'ioredis Cluster': new Cluster([node], lazy),
    'node-redis 6': createClient(),
    'node-redis 5': createClient5(),
    'node-redis pool': createClientPool(),
    'node-redis cluster': createCluster({ rootNodes: [{ url: 'redis://127.0.0.1:1' }] }),
    'node-redis sentinel': createSentinel({ name: 'main', sentinelRootNodes: [node] }),
  }
  for (const [name, client] of Object.entries(clients)) {
    t.ok(redisStore(client), name)
  }
})

t.test('R28: a pipeline or MULTI is refused', async t => {
  const queues = [
    new Redis(lazy).pipeline(),
    new Redis(lazy).multi(),
    createClient().multi(),
    createClient5().multi(),
  ]
  for (const queue of queues) {
    t.throws(() => redisStore(queue as never), { name: 'TypeError', message: /not a pipeline or MULTI/ })
  }
})

t.test('what is no client throws at construction', async t => {
  for (const wrong of [
    createClient().legacy(),
    undefined,
    null,
    5,
    'redis://127.0.0.1',
    {},
    [],
    new Map(),
    memoryStore(),
    Redis,
  ]) {
    t.throws(() => redisStore(wrong as never), { name: 'TypeError', message: /ioredis 5 or 6/ })
  }
})

t.test('options that make no sense throw and are named', async t => {
  const rows: [RegExp, object][] = [
    [/prefix/, { prefix: '' }],
    [/prefix/, { prefix: '{x}' }],
    [/prefix/, { prefix: 'a b' }],
    [/prefix/, { prefix: 5 }],
    [/timeout/, { timeout: 0 }],
    [/timeout/, { timeout: 2 ** 31 }],
    [/timeout/, { timeout: Number.NaN }],
    [/timeout/, { timeout: '2s' }],
    [/timout/, { timout: 5 }],
  ]
  for (const [message, options] of rows) {
    t.throws(() => redisStore(new Redis(lazy), options), { name: 'TypeError', message })
  }
})
