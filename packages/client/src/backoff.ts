import type { ClientError } from './errors.js'
import { firstDelay, maxDelay } from './limits.js'

/**
 * How long to wait before the next attempt. Up to half of it is left to chance, so that many clients do not return at once.
 * `Retry-After` counts in seconds (RFC 9110 section 10.2.3): a date would have to be compared with the device's clock.
 *
 * @param failures the number of failures before this one
 * @returns seconds
 */
export const delayAfter = (failures: number, { cause }: ClientError): number =>
  Math.min(
    Math.max(
      +((cause as Response | undefined)?.headers?.get('retry-after') as string) || 0,
      firstDelay * 2 ** failures,
    ),
    maxDelay,
  ) *
  (1 + Math.random() / 2)
