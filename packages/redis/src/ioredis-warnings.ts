import type { StoreWarning } from '@tokenratchet/core'

/** As far as they matter here. A Cluster has those of its nodes in `redisOptions`. */
export interface IoredisOptions {
  readonly maxRetriesPerRequest?: unknown
  readonly sentinels?: unknown
  readonly failoverDetector?: unknown
  readonly redisOptions?: object
}

/** As much of a client as there is to check. */
export interface IoredisSettings {
  readonly options?: IoredisOptions
  listenerCount?(event: string): number
}

/**
 * Finds settings of an ioredis client that make outages slow or endless, or that lose what was acknowledged during a
 * failover.
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
  // A failover that is announced while ioredis looks for the primary ends the client: its status is `end` from then on,
  // and every command fails.
  if (isOfSentinel && failoverDetector === true && client.listenerCount?.('end') === 0) {
    warnings.push({
      code: 'redis_sentinel_no_end_listener',
      message:
        "ioredis with failoverDetector may give up during a failover and then refuses every command until the process restarts. Connect it again: client.on('end', () => { if (!isClosing) client.connect().catch(() => {}) }).",
    })
  }
  return warnings
}
