import type { ClientError } from './errors.js'
import { firstDelay, maxDelay } from './limits.js'

/**
 * Returns the wait before the next attempt. A random part, up to half as much again, keeps many clients from returning
 * at once. `Retry-After` (RFC 9110 section 10.2.3) counts only in seconds: a date would depend on the device's clock.
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
