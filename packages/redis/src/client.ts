import type { StoreWarning } from '@tokenratchet/core'
import { type IoredisSettings, ioredisWarnings } from './ioredis-warnings.js'
import type { Script } from './scripts/script.js'

// biome-ignore lint/suspicious/noExplicitAny: methods of two libraries, each with overloads of its own
type Method = (...args: any[]) => any

/** The methods by which a client of ioredis 5 or 6 is recognised. */
export interface IoredisLike {
  evalsha: Method
  eval: Method
  call: Method
}

/** The methods by which a client of redis (node-redis) 5 or 6 is recognised. */
export interface NodeRedisLike {
  evalSha: Method
  eval: Method
  multi: Method
}

/** A client, Sentinel or Cluster of either library. */
export type RedisClient = IoredisLike | NodeRedisLike

/** The little that the store needs of a client, whatever library it is of. */
export interface Client {
  /** Keys of different buckets may be on different nodes. */
  readonly isCluster: boolean
  /** What an operator should change in the settings of the client, as it is set up now. */
  warnings(): StoreWarning[]
  evalSha(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown>
  eval(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown>
}

/**
 * Recognises a client by its shape. It stays the caller's: never configured, never closed.
 *
 * @throws TypeError for anything else, and for a pipeline or MULTI, in which a script could not be sent again
 */
export function recognise(client: unknown): Client {
  const shape = (typeof client === 'object' && client !== null ? client : {}) as Record<string, unknown>
  const read = (name: string): unknown => {
    try {
      return shape[name]
    } catch {
      // A Proxy of something else.
      return undefined
    }
  }
  const has = (name: string): boolean => typeof read(name) === 'function'
  if (read('isPipeline') === true || has('execAsPipeline')) {
    throw new TypeError('redisStore needs a client, not a pipeline or MULTI of one')
  }
  if (has('evalsha') && has('eval') && has('call')) {
    return ioredis(client as IoredisLike, shape)
  }
  // `isOpen` tells it from what `legacy()` makes of it, whose methods take callbacks.
  if (has('evalSha') && has('eval') && has('multi') && read('isOpen') !== undefined) {
    return nodeRedis(client as NodeRedisLike)
  }
  throw new TypeError('redisStore needs a client of ioredis 5 or 6, or of redis (node-redis) 5 or 6')
}

function ioredis(client: IoredisLike, shape: Record<string, unknown>): Client {
  return {
    isCluster: shape['isCluster'] === true,
    warnings: () => ioredisWarnings(shape as IoredisSettings),
    evalSha: async ({ sha }, keys, args) => client.evalsha(sha, keys.length, ...keys, ...args),
    eval: async ({ text }, keys, args) => client.eval(text, keys.length, ...keys, ...args),
  }
}

function nodeRedis(client: NodeRedisLike): Client {
  return {
    // Only its cluster has nodes to choose from.
    isCluster: 'masters' in client,
    warnings: () => [],
    evalSha: async ({ sha }, keys, args) => client.evalSha(sha, { keys, arguments: args }),
    eval: async ({ text }, keys, args) => client.eval(text, { keys, arguments: args }),
  }
}
