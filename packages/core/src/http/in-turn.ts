import type { Exchange } from './exchange.js'
import { explain, type Guard } from './guard.js'
import type { RawResponse } from './headers.js'
import type { HttpRequest } from './types.js'

/**
 * Runs a login or log-out after those that were called before in the same response, so that the last one called has
 * the last word.
 *
 * The promise counts as handled. So a forgotten `await` never ends the process: it is reported as a warning instead,
 * when the call fails after the headers have left. A caller that awaits gets the rejection all the same.
 *
 * @param verb its name, for the warning
 */
export function inTurn<T>(
  { context, http, exchanges }: Guard,
  verb: string,
  request: HttpRequest,
  response: RawResponse,
  call: (exchange: Exchange) => Promise<T>,
): Promise<T> {
  const exchange = exchanges.of(request, response)
  const outcome = (exchange.turn ?? Promise.resolve()).then(() => call(exchange))
  const failed = (error: unknown): void => {
    if (response.headersSent) {
      const why = error instanceof Error ? error.message : typeof error
      const message = `A call of ${verb} failed after the response was sent (${why}). Is an await missing?`
      context.publish({ type: 'config_warning', code: 'await_missing', message })
    } else {
      explain({ http, exchanges }, request, response, error)
    }
  }
  exchange.turn = outcome.then(() => {}, failed)
  return outcome
}
