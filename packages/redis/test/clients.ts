// The clients of both libraries, connected, in one shape.

import type { RedisClient } from '@tokenratchet/redis'
import { Cluster, Redis } from 'ioredis'
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5'
import { createClient, createCluster } from 'redis'
import { createClient as createClient5, createCluster as createCluster5 } from 'redis5'

export interface Connected {
  readonly client: RedisClient
  close(): void
}

const quiet = (): void => {}

interface Ioredis {
  on(event: 'error', listener: () => void): unknown
  disconnect(): void
}

function ofIoredis<T extends RedisClient & Ioredis>(client: T): Connected {
  client.on('error', quiet)
  return { client, close: () => client.disconnect() }
}

interface NodeRedis {
  on(event: 'error', listener: () => void): unknown
  connect(): Promise<unknown>
  destroy(): void
}

async function ofNodeRedis<T extends RedisClient & NodeRedis>(client: T): Promise<Connected> {
  client.on('error', quiet)
  await client.connect()
  return { client, close: () => client.destroy() }
}

const url = (port: number): string => `redis://127.0.0.1:${port}`
const node = (port: number) => ({ host: '127.0.0.1', port })

/** By the name that a test shows. */
export const singleClients: Record<string, (port: number) => Connected | Promise<Connected>> = {
  'ioredis 6': port => ofIoredis(new Redis(node(port))),
  'ioredis 5': port => ofIoredis(new Redis5(node(port))),
  'node-redis 6': port => ofNodeRedis(createClient({ url: url(port) })),
  'node-redis 5': port => ofNodeRedis(createClient5({ url: url(port) })),
}

export const clusterClients: Record<string, (ports: readonly number[]) => Connected | Promise<Connected>> = {
  'ioredis 6 Cluster': ports => ofIoredis(new Cluster(ports.map(node))),
  'ioredis 5 Cluster': ports => ofIoredis(new Cluster5(ports.map(node))),
  'node-redis 6 cluster': ports =>
    ofNodeRedis(createCluster({ rootNodes: ports.map(port => ({ url: url(port) })) })),
  'node-redis 5 cluster': ports =>
    ofNodeRedis(createCluster5({ rootNodes: ports.map(port => ({ url: url(port) })) })),
}
