// What Node prints as warnings of ours, while a test runs.
import { setImmediate } from 'node:timers/promises'

interface Teardown {
  teardown(end: () => unknown): void
}

export type OurWarning = Error & { code?: string }

/** Collects the warnings that are emitted from now on; the function waits for those that are under way. */
export function collectWarnings(t: Teardown): () => Promise<OurWarning[]> {
  const warnings: OurWarning[] = []
  const listener = (warning: OurWarning): void => {
    if (warning.code?.startsWith('TOKENRATCHET_')) {
      warnings.push(warning)
    }
  }
  process.on('warning', listener)
  t.teardown(() => process.off('warning', listener))
  return async () => {
    await setImmediate()
    return warnings
  }
}

/** As in production, until the end of the test. */
export function inProduction(t: Teardown): void {
  const before = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'production'
  t.teardown(() => {
    if (before === undefined) {
      delete process.env['NODE_ENV']
    } else {
      process.env['NODE_ENV'] = before
    }
  })
}
