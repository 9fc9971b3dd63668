import type { StoreWarning } from '@tokenratchet/core'

/** As far as they matter here. A Cluster has those of its nodes in `redisOptions`. */
export interface IoredisOptions {
  readonly maxRetriesPerRequest?: unknown
  readonly sentinels?: unknown
  readonly failoverDetector?: unknown
  readonly redisOptions?: object
}

/** The settings of an ioredis client that make outages slow, or lose what was acknowledged during a failover. */
export function ioredisWarnings(options: IoredisOptions): StoreWarning[] {
  const { maxRetriesPerRequest, sentinels, failoverDetector }: IoredisOptions = {
    ...options,
    ...options.redisOptions,
  }
  const warnings: StoreWarning[] = []
  if (maxRetriesPerRequest === null) {
    warnings.push({
      code: 'redis_client_slow',
      message:
        'maxRetriesPerRequest is null: commands pile up in memory for as long as Redis is away. Set it to 1.',
    })
  }
  if (Array.isArray(sentinels) && sentinels.length > 0 && failoverDetector !== true) {
    warnings.push({
      code: 'redis_sentinel_no_failover_detector',
      message:
        'failoverDetector is off: after a failover the client goes on writing to the old primary for about 10 seconds, and those logins and logouts are lost. Set failoverDetector to true.',
    })
  }
  return warnings
}
