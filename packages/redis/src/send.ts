import type { Client } from './client.js'
import { hasCode } from './errors.js'
import type { Script } from './scripts/script.js'

/**
 * Sends a script, and sends it again while the slot of its keys moves between two nodes of a Cluster. Until the move is
 * over, the nodes refuse a script whose keys are not all on one node (TRYAGAIN). ioredis waits 16 times for 100 ms,
 * node-redis does not wait at all. Sending again is safe: the script has not run, and even if it had, it may run twice.
 *
 * @param givenUpAt when the caller gives up, by `performance.now()`: nothing is sent after that time
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
      // The process may have been busy for longer than the wait.
      if (performance.now() >= givenUpAt) {
        throw error
      }
    }
  }
}

/** Sends a script by its hash. Sends its text if the server does not know it, as after a restart, flush or failover. */
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

/**
 * MOVED and ASK reach us when a Cluster client has followed too many of them. From a client of one server they are
 * final.
 */
function isMoving(client: Client, error: unknown): boolean {
  return (
    hasCode(error, 'TRYAGAIN') || (client.isCluster && (hasCode(error, 'MOVED') || hasCode(error, 'ASK')))
  )
}

/**
 * Returns a random wait that grows from 10 to at most 200 milliseconds, so that many processes do not retry in step.
 */
function pauseAfter(attempt: number): number {
  return Math.min(200, 20 * 2 ** attempt) * (0.5 + Math.random() / 2)
}
