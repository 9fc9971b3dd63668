// Timers and the monotonic clock of this process, which a test moves on: minutes of the feed without waiting.
import { mock } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { Store } from '@tokenratchet/core'
import type { Test } from 'tap'

export interface StillClock {
  /** The same store; `pass` waits for its reads of the feed. */
  watched(store: Store): Store
  /** Lets seconds go by, one after the other; in each, all applications on watched stores read the feed. */
  pass(seconds: number): Promise<void>
  /** Lets timers of a few milliseconds fire, such as those of a client that connects again, until it is done. */
  until(isDone: () => boolean): Promise<void>
}

/** @param applications so many read the feed each second */
export function stillClock(t: Pick<Test, 'teardown'>, applications: number): StillClock {
  const { now } = performance
  let ahead = 0
  let reads = 0
  performance.now = () => now.call(performance) + ahead
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => {
    performance.now = now
    mock.timers.reset()
  })
  return {
    watched(store) {
      const revokedSince: Store['revokedSince'] = (cursor, how) =>
        store.revokedSince(cursor, how).finally(() => {
          reads++
        })
      return new Proxy(store, {
        get: (target, name) => (name === 'revokedSince' ? revokedSince : Reflect.get(target, name)),
      })
    },
    async pass(seconds) {
      for (let second = 0; second < seconds; second++) {
        const due = reads + applications
        ahead += 1000
        mock.timers.tick(1000)
        while (reads < due) {
          await turn()
        }
        // The reader goes on, and sets its timer.
        await turn()
        await turn()
      }
    },
    async until(isDone) {
      while (!isDone()) {
        mock.timers.tick(5)
        await turn()
      }
    },
  }
}
