import type { Exchange } from '../exchange.js'
import { explainRefusal, type Guard } from '../guard/guard.js'
import type { HttpRequest } from '../types.js'
import type { RawResponse } from './headers.js'

/**
 * Runs a login or log-out after those that were called before in the same response, so that the last one called wins.
 *
 * A rejection that nobody awaits is reported as a warning instead of ending the process, as the response goes on without
 * the cookies.
 *
 * @param verb its name, for the warning
 */
export function inTurn<T>(
  guard: Guard,
  verb: string,
  request: HttpRequest,
  response: RawResponse,
  call: (exchange: Exchange) => Promise<T>,
): Promise<T> {
  const exchange = guard.http.exchanges.of(request, response)
  const outcome = (exchange.turn ?? Promise.resolve()).then(() => call(exchange))
  exchange.turn = outcome.then(
    () => {},
    error => explainRefusal(guard, request, response, error),
  )
  const watched = new Watched<T>((resolve, reject) => outcome.then(resolve, reject))
  watched.whenUnawaited(error => {
    const { code = 'an error' } = error as { code?: string }
    const why = `Nobody awaits ${verb}, which failed (${code}), so its cookies are lost. Await it before you respond`
    guard.warnOnce('await_missing', why)
  })
  return watched
}

/** A promise that knows whether anybody waits for it: `await` of a class of its own calls `then`. */
class Watched<T> extends Promise<T> {
  #isAwaited = false

  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#isAwaited = true
    return super.then(onFulfilled, onRejected)
  }

  /** Calls the listener with a rejection that nobody waits for, when Node would report it as unhandled. */
  whenUnawaited(listener: (error: unknown) => void): void {
    super.then(undefined, error => {
      setImmediate(() => this.#isAwaited || listener(error))
    })
  }
}
