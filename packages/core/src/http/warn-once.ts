import type { Context } from '../context.js'
import type { ConfigWarning } from '../events.js'

/** Emits `config_warning`. The message states what is wrong, what follows, and what to do. */
export type WarnOnce = (code: ConfigWarning['code'], message: string) => void

/** Creates the warnings of one instance. Each code is emitted once, because requests of strangers may cause them. */
export function warningsOf({ emit }: Pick<Context, 'emit'>): WarnOnce {
  const emitted = new Set<ConfigWarning['code']>()
  return (code, message) => {
    if (!emitted.has(code)) {
      emitted.add(code)
      emit({ type: 'config_warning', code, message })
    }
  }
}
