/** Whole milliseconds since the epoch. */
export type Clock = () => number

/** Looked up at each use, so that a clock which a test installs later holds. */
export const systemClock: Clock = () => Date.now()

/**
 * A clock of the caller's, made whole: fractions would make generations that do not survive 6 bytes.
 *
 * @throws TypeError when it is no function; the clock itself throws when it answers no time, and so nothing is believed
 */
export function wholeClock(now: unknown): Clock {
  if (typeof now !== 'function') {
    throw new TypeError('now must be a function that answers milliseconds since the epoch')
  }
  return () => {
    const time = Math.floor(now())
    if (!Number.isSafeInteger(time)) {
      throw new TypeError('now must answer milliseconds since the epoch')
    }
    return time
  }
}
