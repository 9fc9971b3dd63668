import { turnTimeout } from './limits.js'
import { sleep } from './timers.js'

/**
 * Runs an action while no other tab runs one. After `seconds` it runs in any case, because a tab that is frozen during
 * its turn must not block the others.
 */
export type InTurn = <T>(action: () => Promise<T>, seconds?: number) => Promise<T>

/** @param name the name of the lock that tabs share; falsy if this client does not share its session */
export const createTurns =
  (name: string | false | undefined): InTurn =>
  async (action, seconds = turnTimeout) => {
    let running: ReturnType<typeof action> | undefined
    const run = () => (running ??= action())
    try {
      if (name) {
        await Promise.race([navigator.locks.request(name, run), sleep(seconds)])
      }
    } catch {
      // There are no locks (an old browser, plain http, a sandboxed frame), or the action itself has failed.
    }
    return run()
  }
