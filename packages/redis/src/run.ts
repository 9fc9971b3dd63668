import type { Client } from './client.js'
import { tooLate, unavailable } from './errors.js'
import type { Script } from './scripts/script.js'

/** A reply of a script: texts, or lists of them. */
export type Reply = string | readonly Reply[]

/** Sends a script by its hash, and as a whole when the server does not know it: after a restart, flush or failover. */
export async function run(
  client: Client,
  script: Script,
  keys: readonly string[],
  args: readonly string[],
): Promise<Reply> {
  try {
    return toReply(await client.evalSha(script, keys, args))
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) {
      throw error
    }
    return toReply(await client.eval(script, keys, args))
  }
}

/**
 * Waits for an answer for so many milliseconds.
 *
 * @throws StoreUnavailableError for no answer, and for any error of the server or the connection
 */
export function withinDeadline<T>(timeout: number, ask: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    // One turn later: an answer that waits in the socket of a process that was busy has arrived in time.
    const timer = setTimeout(() => setImmediate(() => reject(tooLate(timeout))), timeout).unref()
    // Whatever it comes to after the deadline changes nothing.
    ask().then(
      answer => {
        clearTimeout(timer)
        resolve(answer)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(unavailable(error))
      },
    )
  })
}

/** Clients may be set to answer with buffers or numbers. */
function toReply(value: unknown): Reply {
  return Array.isArray(value) ? value.map(toReply) : `${value}`
}
