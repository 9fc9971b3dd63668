import type { Exchange } from '../exchange.js'
import { explainRefusal, type Guard } from '../guard/guard.js'
import type { HttpRequest } from '../types.js'
import type { RawResponse } from './headers.js'

/**
 * Runs a login or log-out after the earlier ones of the same response, so that the last one called wins.
 *
 * If it rejects and nothing awaits it, a warning is emitted and the process goes on. The response is then sent without
 * the cookies.
 *
 * @param verb the name of the method, for the warning
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
    const why = `${verb} was not awaited and failed (${code}), so its cookies are lost. Await it before you respond`
    guard.warnOnce('await_missing', why)
  })
  return watched
}

/** A promise that knows whether it is awaited: `await` calls `then` on instances of a subclass. */
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

  /** Calls the listener with a rejection that is not awaited, at the time when Node would report it as unhandled. */
  whenUnawaited(listener: (error: unknown) => void): void {
    super.then(undefined, error => {
      setImmediate(() => this.#isAwaited || listener(error))
    })
  }
}
