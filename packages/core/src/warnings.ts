import type { TokenEvent } from './events.js'

/** A line for the operator. */
export interface Warning {
  /** For programs: `TOKENRATCHET_` and what it is about. */
  readonly code: string
  /** What is wrong, what it leads to, what to do. */
  readonly message: string
}

/** Prints a warning. */
export type Warn = (warning: Warning) => void

/** `node --disable-warning=TokenratchetWarning` silences it, as an option `onEvent` does. */
export const emitWarning: Warn = ({ code, message }) =>
  process.emitWarning(message, { type: 'TokenratchetWarning', code })

/** What an event says about the configuration or the store; `undefined` for a decision, and for what passes by itself. */
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
