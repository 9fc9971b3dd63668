import { invalid } from './check.js'
import { shown } from './kind.js'

/** A clock: it returns whole milliseconds since the epoch. */
export type Clock = () => number

/**
 * `Date.now` is looked up at each use, so that a fake clock installed later by a test takes effect.
 *
 * @example
 * const now = wholeClock(options.now ?? systemClock)
 */
export const systemClock: Clock = () => Date.now()

/**
 * Rounds the times of the caller's clock down to whole milliseconds. A generation has 6 bytes, in which a fraction
 * would be lost.
 *
 * @throws TypeError if `now` is not a function. The clock itself throws when `now` does not return a time, so that no
 *   token is accepted on a broken clock
 * @example
 * const now = wholeClock(options.now ?? systemClock)
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
