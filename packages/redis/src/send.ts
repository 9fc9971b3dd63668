import type { Client } from './client.js'
import { hasCode } from './errors.js'
import type { Script } from './scripts/script.js'

/**
 * Sends a script, and sends it again while the slot of its keys moves between two nodes of a Cluster. Until the move is
 * over, the nodes refuse a script whose keys are not all in one place: TRYAGAIN. ioredis waits 16 times for 100 ms,
 * node-redis does not wait at all. A repetition is safe: the script has not run, and if it had, it may run twice.
 *
 * @param givenUpAt when the caller gives up, by `performance.now()`: nothing is sent later than that
 */
export async function send(
  client: Client,
  script: Script,
  keys: readonly string[],
  args: readonly string[],
  givenUpAt: number,
): Promise<unknown> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await sendOnce(client, script, keys, args)
    } catch (error) {
      const wait = pauseAfter(attempt)
      if (!isMoving(client, error) || performance.now() + wait >= givenUpAt) {
        throw error
      }
      await new Promise<void>(resolve => void setTimeout(resolve, wait).unref())
      // A process that was held up meanwhile comes back too late.
      if (performance.now() >= givenUpAt) {
        throw error
      }
    }
  }
}

/** Sends a script by its hash, and as a whole when the server does not know it: after a restart, flush or failover. */
async function sendOnce(
  client: Client,
  script: Script,
  keys: readonly string[],
  args: readonly string[],
): Promise<unknown> {
  try {
    return await client.evalSha(script, keys, args)
  } catch (error) {
    if (!hasCode(error, 'NOSCRIPT')) {
      throw error
    }
    return client.eval(script, keys, args)
  }
}

/** MOVED and ASK reach us when a client of a Cluster has followed them too often. A single server says them for good. */
function isMoving(client: Client, error: unknown): boolean {
  return (
    hasCode(error, 'TRYAGAIN') || (client.isCluster && (hasCode(error, 'MOVED') || hasCode(error, 'ASK')))
  )
}

/** Milliseconds, from 10 up to 200 at most, and by chance, so that a fleet does not ask in step. */
function pauseAfter(attempt: number): number {
  return Math.min(200, 20 * 2 ** attempt) * (0.5 + Math.random() / 2)
}
