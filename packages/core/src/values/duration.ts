import { parse } from '@lukeed/ms'
import { shown } from './kind.js'

/**
 * Whole seconds, or a string with a unit such as `'90s'`, `'15m'`, `'14d'`.
 *
 * @example
 * createTokens({ secret, accessTokenLifetime: 300, idleTimeout: '14d' })
 */
export type Duration = number | string

/** Ten years. A longer time is a mistake, and would overflow the deadlines of a store. */
const maxSeconds = 3653 * 86_400

/**
 * Converts a duration to whole seconds.
 *
 * @param name the name of the option, for the error
 * @param min the smallest valid number of seconds
 * @throws TypeError unless it is whole seconds from `min` to ten years
 */
export function toSeconds(name: string, value: unknown, min: 0 | 1 | 2): number {
  const seconds = typeof value === 'string' ? parseText(value) : value
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < min || seconds > maxSeconds) {
    throw new TypeError(
      `${name} must be whole seconds, from ${min} to ten years, or a string such as '15m' (got ${shown(value)})`,
    )
  }
  return seconds
}

/**
 * One number and one unit. A unit is required: some readers would take `'900'` for milliseconds, others for seconds.
 */
const form =
  /^\d+(\.\d+)? ?(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?|y|yrs?|years?)$/i

function parseText(text: string): number {
  // The library returns `undefined` for zero.
  return form.test(text) ? (parse(text) ?? 0) / 1000 : Number.NaN
}
