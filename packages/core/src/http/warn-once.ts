import type { Context } from '../context.js'
import type { ConfigWarning } from '../events.js'

/** Emits `config_warning`. The message says what is wrong, what it leads to, and what to do. */
export type WarnOnce = (code: ConfigWarning['code'], message: string) => void

/** Warnings of one instance: each code once, as requests of strangers may cause them. */
export function warningsOf({ emit }: Pick<Context, 'emit'>): WarnOnce {
  const emitted = new Set<ConfigWarning['code']>()
  return (code, message) => {
    if (!emitted.has(code)) {
      emitted.add(code)
      emit({ type: 'config_warning', code, message })
    }
  }
}
