import { type Duration, toSeconds } from '../values/duration.js'

/** A clock that stands still until it is told to move. Pass `clock.now` as the option `now`. */
export interface FakeClock {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Moves the clock on, by whole seconds or a string such as `'15m'`. */
  advance(duration: Duration): void
  /** Sets the clock, back too: milliseconds since the epoch. */
  set(time: number): void
}

/** @param start milliseconds since the epoch; default 2026-01-01T00:00:00Z */
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
