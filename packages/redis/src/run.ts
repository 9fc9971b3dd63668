import { randomBytes } from 'node:crypto'
import type { Client } from './client.js'
import { tooLate, unavailable } from './errors.js'
import type { Script } from './scripts/script.js'
import { send } from './send.js'

/** A reply of a script: a string, or a list of replies. */
export type Reply = string | readonly Reply[]

/**
 * The random prefix of all ids of this process. It is drawn for the first command and not when the module is loaded: a
 * snapshot of a process may be taken after loading, and be started many times.
 */
let ids: string | undefined
let calls = 0

/** Returns an id for one command. It is the first argument of the script, and the reply must begin with it. */
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
 * @throws Error for a reply to another command. A client, a pool or a proxy that has lost count of replies would
 *   otherwise end the session of another user (rule 38)
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
 * Waits for a reply, but no longer than `timeout` milliseconds.
 *
 * @param ask sends the command. Its argument is the time, by `performance.now()`, when the wait is over
 * @throws StoreUnavailableError if there is no reply in time, and for any error of the server or the connection
 */
export function withinDeadline<T>(timeout: number, ask: (givenUpAt: number) => Promise<T>): Promise<T> {
  const givenUpAt = performance.now() + timeout
  return new Promise((resolve, reject) => {
    // Wait one more turn: if the process was busy, a reply may be in the socket already, and it arrived in time.
    const timer = setTimeout(() => setImmediate(() => reject(tooLate(timeout))), timeout).unref()
    // A result after the deadline is ignored.
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

/** Turns buffers and numbers into strings: a client may be set to reply with them. */
function toReply(value: unknown): Reply {
  return Array.isArray(value) ? value.map(toReply) : `${value}`
}
