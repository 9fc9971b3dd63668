import type { Claims } from '../../access-token/claims.js'
import type { Context } from '../../context.js'
import { isTokenError } from '../../is-token-error.js'
import { introspect } from '../../verbs/introspect.js'
import type { HttpSettings } from '../options.js'
import { requiredToken } from '../request/presented.js'
import type { RawResponse } from '../response/headers.js'
import { removeRefusalHeaders, setRefusalHeaders } from '../response/refusal-headers.js'
import type { HttpRequest } from '../types.js'
import type { WarnOnce } from '../warn-once.js'
import type { AutoRefresh } from './auto-refresh.js'
import type { Auth } from './demands.js'
import { type User, userOf } from './user-of.js'

/**
 * Receives the error of a guard, or the claims of the user. The claims are `null` if the route is `'optional'` and
 * nobody is signed in.
 *
 * @example
 * ```ts
 * const done: Identified = (error, claims) => (error ? next(error) : handle(claims))
 * ```
 */
export type Identified<C extends object = object> = (
  error: Error | undefined,
  user?: Claims<C> | null,
) => void

/** The parts of an application that its guards need in addition to the request. */
export interface Guard {
  readonly context: Context
  readonly http: HttpSettings
  readonly warnOnce: WarnOnce
  readonly autoRefresh: AutoRefresh | undefined
}

/**
 * Guards a route: calls `done` with the user of the request or with an error. The callback runs synchronously, with two
 * exceptions: the guard must call the store, or the process has just started and has not yet read which sessions other
 * processes revoked.
 */
export function identify(
  guard: Guard,
  request: HttpRequest,
  response: RawResponse,
  auth: Auth,
  done: Identified,
): void {
  let user: User
  try {
    user = userOf(guard, request, response, auth)
  } catch (error) {
    refuseUser(guard, request, response, error, done)
    return
  }
  if (user instanceof Promise) {
    user.then(
      found => admitUser(guard, request, response, found, done),
      error => refuseUser(guard, request, response, error, done),
    )
  } else {
    admitUser(guard, request, response, user, done)
  }
}

function admitUser(
  { http }: Guard,
  request: HttpRequest,
  response: RawResponse,
  user: Claims | null,
  done: Identified,
): void {
  const exchange = http.exchanges.of(request, response)
  exchange.claims = user
  if (exchange.refusal !== undefined) {
    // An earlier guard refused the request, and this one accepts it.
    removeRefusalHeaders(exchange, response)
  }
  done(undefined, user)
}

function refuseUser(
  guard: Guard,
  request: HttpRequest,
  response: RawResponse,
  error: unknown,
  done: Identified,
): void {
  explainRefusal(guard, request, response, error)
  if (isTokenError(error)) {
    const exchange = guard.http.exchanges.of(request, response)
    exchange.claims ??= null
    exchange.error = error
  }
  done(error as Error)
}

/** Puts the headers of a refusal on the response. Other errors are ignored. */
export function explainRefusal(
  { http }: Pick<Guard, 'http'>,
  request: HttpRequest,
  response: RawResponse | undefined,
  error: unknown,
): void {
  if (isTokenError(error) && response !== undefined) {
    setRefusalHeaders(http, http.exchanges.of(request, response), request, response, error)
  }
}

/**
 * Guards a token route that requires the session to exist in the store. Rejects with `StoreUnavailableError` if the
 * store fails.
 */
export function guardByStore(context: Context, http: HttpSettings, request: HttpRequest): Promise<Claims> {
  return introspect(context, requiredToken(context, http, request))
}
