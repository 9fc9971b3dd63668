import { invalid } from './check.js'
import { shown } from './kind.js'

/** Whole milliseconds since the epoch. */
export type Clock = () => number

/** Looked up at each use, so that a clock which a test installs later holds. */
export const systemClock: Clock = () => Date.now()

/**
 * Makes a clock of the caller's whole: fractions would make generations that do not survive 6 bytes.
 *
 * @throws TypeError if `now` is not a function. The clock itself throws when `now` does not return a time, so that no
 *   token is accepted on a broken clock
 */
export function wholeClock(now: unknown): Clock {
  if (typeof now !== 'function') {
    throw invalid('now', 'a function that returns milliseconds since the epoch, such as Date.now', now)
  }
  return () => {
    const time: unknown = now()
    const whole = typeof time === 'number' ? Math.floor(time) : Number.NaN
    if (!Number.isSafeInteger(whole)) {
      throw new TypeError(`now must return milliseconds since the epoch (got ${shown(time)})`)
    }
    return whole
  }
}
