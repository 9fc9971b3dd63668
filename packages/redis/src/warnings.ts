import type { StoreWarning } from '@tokenratchet/core'
import type { Client } from './client.js'
import { run } from './run.js'
import { memoryInfo } from './scripts/read.js'

/**
 * Finds dangerous settings. A server that may evict keys logs users out when memory runs low (requirement 29), and a
 * client may be set so that outages are slow. It is not an error if the user may not ask for the settings.
 *
 * @param keys one key for each node to ask
 */
export async function warningsOf(client: Client, keys: readonly string[]): Promise<StoreWarning[]> {
  const answers = await Promise.allSettled(
    keys.map(key => run(client, memoryInfo, [key], [], performance.now())),
  )
  const policies = answers.flatMap(answer =>
    answer.status === 'fulfilled' ? (/^maxmemory_policy:(\S+)/m.exec(`${answer.value[0]}`)?.[1] ?? []) : [],
  )
  const evicting = [...new Set(policies)].filter(policy => policy !== 'noeviction')
  return [
    ...evicting.map(policy => ({
      code: 'redis_may_evict',
      message: `maxmemory-policy is ${policy}: sessions may be evicted, and users logged out. Set it to noeviction.`,
    })),
    ...client.warnings(),
  ]
}
