// What a deployment consists of, in small: the real core on the real store, once with each client library.
import { createTokens, type TokenEvent, type Tokens } from '@tokenratchet/core'
import { type RedisClient, redisStore } from '@tokenratchet/redis'
import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster, createSentinel } from 'redis'

/** How a topology is reached: all ports are those of proxies, or of sentinels, on 127.0.0.1. */
export interface Reach {
  readonly kind: 'single' | 'cluster' | 'sentinel'
  readonly ports: readonly number[]
  /** Of ioredis with Sentinel. */
  readonly failoverDetector?: boolean
}

const node = (port: number) => ({ host: '127.0.0.1', port })
const url = (port: number): string => `redis://127.0.0.1:${port}`
const quiet = (): void => {}

/** As the README of @tokenratchet/redis recommends. */
const ioredisOptions = {
  maxRetriesPerRequest: 1,
  connectTimeout: 2000,
  socketTimeout: 3000,
  retryStrategy: (times: number) => Math.min(times * 100, 1000),
}
const nodeRedisOptions = {
  disableOfflineQueue: true,
  socket: {
    connectTimeout: 2000,
    reconnectStrategy: (retries: number) => Math.min((retries + 1) * 100, 1000),
  },
}

function ioredis({ kind, ports, failoverDetector = true }: Reach): RedisClient {
  const nodes = ports.map(node)
  const client =
    kind === 'cluster'
      ? new Cluster(nodes, { redisOptions: ioredisOptions })
      : kind === 'sentinel'
        ? new Redis({ ...ioredisOptions, sentinels: nodes, name: 'main', failoverDetector })
        : new Redis({ ...ioredisOptions, ...nodes[0] })
  client.on('error', quiet)
  if (kind === 'sentinel') {
    client.on('end', () => void client.connect().catch(quiet))
  }
  return client
}

async function nodeRedis({ kind, ports }: Reach): Promise<RedisClient> {
  const client =
    kind === 'cluster'
      ? createCluster({ rootNodes: ports.map(port => ({ url: url(port) })), defaults: nodeRedisOptions })
      : kind === 'sentinel'
        ? createSentinel({
            name: 'main',
            sentinelRootNodes: ports.map(node),
            nodeClientOptions: nodeRedisOptions,
          })
        : createClient({ ...nodeRedisOptions, url: url(ports[0] as number) })
  client.on('error', quiet)
  await client.connect()
  return client as RedisClient
}

/** Two processes' worth of tokens: each has a feed and a memory of its own. */
export async function startInstances(
  reach: Reach,
  options: { secret: string; prefix: string; timeout: number; recoveryWindow: number },
  onEvent: (event: TokenEvent, instance: number) => void,
): Promise<Tokens[]> {
  const clients = [ioredis(reach), await nodeRedis(reach)]
  const { secret, prefix, timeout, recoveryWindow } = options
  return clients.map((client, instance) =>
    createTokens({
      secret,
      store: redisStore(client, { prefix, timeout }),
      recoveryWindow,
      onEvent: event => onEvent(event, instance),
    }),
  )
}
