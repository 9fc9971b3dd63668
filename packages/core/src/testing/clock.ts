import { type Duration, toSeconds } from '../values/duration.js'

/**
 * A clock that stands still until a test moves it. Pass `clock.now` as the option `now`.
 *
 * @example
 * const clock: FakeClock = fakeClock()
 * const tokens = createTokens({ secret, now: clock.now })
 * clock.advance('15m')
 */
export interface FakeClock {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Moves the clock forward, by whole seconds or a string such as `'15m'`. */
  advance(duration: Duration): void
  /** Sets the clock to a time in milliseconds since the epoch, which may be earlier. */
  set(time: number): void
}

/**
 * Makes a clock for tests, with which any token can expire without waiting. It does not affect a store that has its own
 * clock, such as Redis.
 *
 * @param start milliseconds since the epoch; default 2026-01-01T00:00:00Z
 *
 * @example
 * const clock = fakeClock()
 * const tokens = createTokens({ secret, now: clock.now })
 */
export function fakeClock(start: number = Date.UTC(2026, 0, 1)): FakeClock {
  let time = start
  return {
    now: () => time,
    advance(duration) {
      time += toSeconds('duration', duration, 0) * 1000
    },
    set(value) {
      time = value
    },
  }
}
