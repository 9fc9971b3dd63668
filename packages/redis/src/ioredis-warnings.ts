import type { StoreWarning } from '@tokenratchet/core'

/** The options that we check. A Cluster has the options of its nodes in `redisOptions`. */
export interface IoredisOptions {
  readonly maxRetriesPerRequest?: unknown
  readonly sentinels?: unknown
  readonly failoverDetector?: unknown
  readonly redisOptions?: object
}

/** The part of a client that we check. */
export interface IoredisSettings {
  readonly options?: IoredisOptions
  listenerCount?(event: string): number
}

/**
 * Finds settings of an ioredis client that lose acknowledged writes during a failover, or that make outages slow or
 * endless.
 */
export function ioredisWarnings(client: IoredisSettings): StoreWarning[] {
  const { options } = client
  const { maxRetriesPerRequest, sentinels, failoverDetector }: IoredisOptions = {
    ...options,
    ...options?.redisOptions,
  }
  const isOfSentinel = Array.isArray(sentinels) && sentinels.length > 0
  const warnings: StoreWarning[] = []
  if (maxRetriesPerRequest === null) {
    warnings.push({
      code: 'redis_client_slow',
      message:
        'maxRetriesPerRequest is null: commands pile up in memory for as long as Redis is away. Set it to 1.',
    })
  }
  if (isOfSentinel && failoverDetector !== true) {
    warnings.push({
      code: 'redis_sentinel_no_failover_detector',
      message:
        'failoverDetector is off: after a failover the client goes on writing to the old primary for about 10 seconds, and those logins and logouts are lost. Set failoverDetector to true.',
    })
  }
  // If a failover is announced while ioredis looks for the primary, ioredis ends the client. Its status stays `end` and
  // every command fails.
  if (isOfSentinel && failoverDetector === true && client.listenerCount?.('end') === 0) {
    warnings.push({
      code: 'redis_sentinel_no_end_listener',
      message:
        "ioredis with failoverDetector may give up during a failover and then refuses every command until the process restarts. Connect it again: client.on('end', () => { if (!isClosing) client.connect().catch(() => {}) }).",
    })
  }
  return warnings
}
