import { randomBytes } from 'node:crypto'
import type { Client } from './client.js'
import { tooLate, unavailable } from './errors.js'
import type { Script } from './scripts/script.js'
import { send } from './send.js'

/** A reply of a script: texts, or lists of them. */
export type Reply = string | readonly Reply[]

/**
 * The ids of this process begin so: no other process has the same. Drawn for the first command, as a snapshot of a process
 * may be taken when it has loaded its modules, and started many times.
 */
let ids: string | undefined
let calls = 0

/** An id for one command. It goes along as the first argument of the script, and the reply must bring it back. */
export function newCall(): string {
  ids ??= randomBytes(12).toString('base64url')
  calls++
  return ids + calls.toString(36)
}

/**
 * Runs a script.
 *
 * @param givenUpAt when the caller gives up, by `performance.now()`: until then the script may be sent again
 * @returns the reply without the id of the command
 * @throws Error for a reply to another command: a client, a pool or a proxy that has lost count of replies would
 *   otherwise end the session of somebody else (rule 38)
 */
export async function run(
  client: Client,
  script: Script,
  keys: readonly string[],
  args: readonly string[],
  givenUpAt: number,
  call: string = newCall(),
): Promise<readonly Reply[]> {
  const reply = toReply(await send(client, script, keys, [call, ...args], givenUpAt))
  if (!Array.isArray(reply) || reply[0] !== call) {
    throw new Error('the reply belongs to another command')
  }
  return reply.slice(1)
}

/**
 * Waits for an answer for so many milliseconds.
 *
 * @param ask is told when that is over, by `performance.now()`
 * @throws StoreUnavailableError for no answer, and for any error of the server or the connection
 */
export function withinDeadline<T>(timeout: number, ask: (givenUpAt: number) => Promise<T>): Promise<T> {
  const givenUpAt = performance.now() + timeout
  return new Promise((resolve, reject) => {
    // One turn later: an answer that waits in the socket of a process that was busy has arrived in time.
    const timer = setTimeout(() => setImmediate(() => reject(tooLate(timeout))), timeout).unref()
    // Whatever it comes to after the deadline changes nothing.
    ask(givenUpAt).then(
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
