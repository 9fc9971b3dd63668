import type { StoreWarning } from '@tokenratchet/core'
import { type IoredisSettings, ioredisWarnings } from './ioredis-warnings.js'
import type { Script } from './scripts/script.js'

// biome-ignore lint/suspicious/noExplicitAny: methods of two libraries, each with overloads of its own
type Method = (...args: any[]) => any

/** A client of ioredis 5 or 6. `redisStore` recognises it by these methods. */
export interface IoredisLike {
  evalsha: Method
  eval: Method
  call: Method
}

/** A client of redis (node-redis) 5 or 6. `redisStore` recognises it by these methods. */
export interface NodeRedisLike {
  evalSha: Method
  eval: Method
  multi: Method
}

/**
 * A client of either library, for one server, Sentinel or Cluster.
 *
 * @example
 * ```ts
 * const client: RedisClient = new Redis({ maxRetriesPerRequest: 1 })
 * const store = redisStore(client)
 * ```
 */
export type RedisClient = IoredisLike | NodeRedisLike

/** The part of a client that the store needs, the same for both libraries. */
export interface Client {
  /** Whether keys of different buckets may be on different nodes. */
  readonly isCluster: boolean
  /** Returns warnings about the client's current settings, each with the change that an operator should make. */
  warnings(): StoreWarning[]
  evalSha(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown>
  eval(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown>
}

/**
 * Recognises a client by its methods. The client belongs to the caller: we never configure or close it.
 *
 * @throws TypeError for anything else, and for a pipeline or MULTI, because a script in it could not be sent again
 */
export function recognise(client: unknown): Client {
  const shape = (typeof client === 'object' && client !== null ? client : {}) as Record<string, unknown>
  const read = (name: string): unknown => {
    try {
      return shape[name]
    } catch {
      // The property can't be read, as with a Proxy of something else. Then it is not a client.
      return undefined
    }
  }
  const has = (name: string): boolean => typeof read(name) === 'function'
  if (read('isPipeline') === true || has('execAsPipeline')) {
    throw new TypeError('redisStore needs a client, not a pipeline or MULTI of one: pass the client itself')
  }
  if (has('evalsha') && has('eval') && has('call')) {
    return ioredis(client as IoredisLike, shape)
  }
  // The client that `legacy()` returns has no `isOpen`: its methods take callbacks, so it is refused.
  if (has('evalSha') && has('eval') && has('multi') && read('isOpen') !== undefined) {
    return nodeRedis(client as NodeRedisLike)
  }
  throw new TypeError(
    'redisStore needs a client of ioredis 5 or 6 or of redis (node-redis) 5 or 6: redisStore(new Redis())',
  )
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
    // Only the cluster client has `masters`.
    isCluster: 'masters' in client,
    warnings: () => [],
    evalSha: async ({ sha }, keys, args) => client.evalSha(sha, { keys, arguments: args }),
    eval: async ({ text }, keys, args) => client.eval(text, { keys, arguments: args }),
  }
}
