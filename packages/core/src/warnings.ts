import type { TokenEvent } from './events.js'

/** A warning for the operator. */
export interface Warning {
  /** For programs: `TOKENRATCHET_` and the kind of problem. */
  readonly code: string
  /** What is wrong, what it leads to, what to do. */
  readonly message: string
}

/** Prints a warning. */
export type Warn = (warning: Warning) => void

/** Prints a warning with `process.emitWarning`. `node --disable-warning=TokenratchetWarning` silences it. */
export const emitWarning: Warn = ({ code, message }) =>
  process.emitWarning(message, { type: 'TokenratchetWarning', code })

/**
 * The warning of an event about the configuration or the store. `undefined` for decisions and for temporary problems.
 */
export function warningOf(event: TokenEvent): Warning | undefined {
  switch (event.type) {
    case 'config_warning':
    case 'store_warning':
      return { code: `TOKENRATCHET_${event.code.toUpperCase()}`, message: event.message }
    case 'memory_store_in_production':
      return {
        code: 'TOKENRATCHET_MEMORY_STORE_IN_PRODUCTION',
        message:
          'Sessions are in the memory of this process: a restart logs everybody out, and other processes do not know them. Pass a store, such as redisStore(client)',
      }
    default:
      return undefined
  }
}
