import type { Emit } from '../events.js'
import { toSeconds } from './duration.js'

/** The durations of the options in whole seconds. */
export interface Times {
  readonly accessTokenLifetime: number
  readonly idleTimeout: number
  readonly sessionLifetime: number
  readonly recoveryWindow: number
  readonly maxStaleness: number
}

const day = 86_400

/**
 * Checks the durations of the options. A default is lowered so that it does not exceed a longer time that was given. A
 * value that was given is never changed.
 *
 * @throws TypeError that names the option
 */
export function checkTimes(options: { readonly [Name in keyof Times]?: unknown }): Times {
  const seconds = (name: keyof Times, fallback: number, min: 0 | 1 | 2): number =>
    options[name] === undefined ? fallback : toSeconds(name, options[name], min)
  const sessionLifetime = seconds('sessionLifetime', 30 * day, 1)
  const idleTimeout = seconds('idleTimeout', Math.min(14 * day, sessionLifetime), 1)
  const accessTokenLifetime = seconds('accessTokenLifetime', Math.min(600, idleTimeout), 1)
  const recoveryWindow = seconds('recoveryWindow', idleTimeout, 0)
  const maxStaleness = seconds('maxStaleness', 10, 2)
  const times = { accessTokenLifetime, idleTimeout, sessionLifetime, recoveryWindow, maxStaleness }
  mustNotExceed(times, 'idleTimeout', 'sessionLifetime')
  mustNotExceed(times, 'accessTokenLifetime', 'idleTimeout')
  mustNotExceed(times, 'recoveryWindow', 'idleTimeout')
  return times
}

/** Emits a warning for durations that are allowed but most likely a mistake. */
export function warnOfTimes({ accessTokenLifetime }: Times, emit: Emit): void {
  if (accessTokenLifetime > day) {
    emit({
      type: 'config_warning',
      code: 'long_access_token_lifetime',
      message:
        'accessTokenLifetime is more than a day: a stolen access token may be good, and claims may be out of date, for as long. Use minutes: refreshes keep users logged in, for idleTimeout and sessionLifetime',
    })
  }
}

function mustNotExceed(times: Times, shorter: keyof Times, longer: keyof Times): void {
  if (times[shorter] > times[longer]) {
    throw new TypeError(
      `${shorter} (${times[shorter]} s) must not exceed ${longer} (${times[longer]} s): change one of them`,
    )
  }
}
