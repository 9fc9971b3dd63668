// Processes on one store, as far as one process can be several. Their clocks and timers stand still until they are moved.
import { mock } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import {
  createTokens,
  memoryStore,
  type Store,
  StoreUnavailableError,
  type TokenEvent,
} from '@tokenratchet/core'
import { fakeClock } from '@tokenratchet/core/testing'
import type { Test } from 'tap'
import { randomSecret } from './fixture.js'

export interface Fleet {
  store: Store
  /** The clock that `pass` moves. */
  now(): number
  isDown: boolean
  /** A process of the fleet. */
  join(options?: object): ReturnType<typeof createTokens> & { events: TokenEvent[] }
  /** Lets so many milliseconds go by, on all clocks, second by second. */
  pass(milliseconds: number): Promise<void>
  reads: (string | undefined)[]
}

/** @param make the store of the fleet, on the clock that `pass` moves */
export function fleet(t: Test, make: (now: () => number) => Store = now => memoryStore({ now })): Fleet {
  let elapsed = 1_000_000
  const { now } = performance
  performance.now = () => elapsed
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => {
    performance.now = now
    mock.timers.reset()
  })
  const clock = fakeClock()
  const secret = randomSecret()
  const inner = make(clock.now)
  const made: Fleet = {
    isDown: false,
    now: clock.now,
    reads: [],
    store: {
      ...inner,
      async revokedSince(cursor, how) {
        made.reads.push(cursor)
        if (made.isDown) {
          throw new StoreUnavailableError()
        }
        return inner.revokedSince(cursor, how)
      },
    },
    join(options = {}) {
      const events: TokenEvent[] = []
      const onEvent = (event: TokenEvent): void => void events.push(event)
      const tokens = createTokens({ secret, store: made.store, now: clock.now, onEvent, ...options })
      t.teardown(() => tokens.close())
      return { ...tokens, events }
    },
    async pass(milliseconds) {
      for (let left = milliseconds; left > 0; left -= 1000) {
        const step = Math.min(left, 1000)
        elapsed += step
        clock.advance(step / 1000)
        mock.timers.tick(step)
        await turn()
        await turn()
      }
    },
  }
  return made
}
