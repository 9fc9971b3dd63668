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

/** An error, or else who it is: `null` for nobody. */
export type Identified<C extends object = object> = (
  error: Error | undefined,
  user?: Claims<C> | null,
) => void

/** A guard of one application: what it needs beside the request. */
export interface Guard {
  readonly context: Context
  readonly http: HttpSettings
  readonly warnOnce: WarnOnce
  readonly autoRefresh: AutoRefresh | undefined
}

/**
 * Who sends this request to a route that is guarded so. At once, but for what asks the store, and for the first moment
 * of a process, which does not know yet what others have revoked.
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
    // Of an earlier guard: the request goes on.
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

/** Puts the headers of a refusal on the response; other errors are left alone. */
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

/** The user of a token route that goes by the store's word. Rejects with `StoreUnavailableError` when that fails. */
export function guardByStore(context: Context, http: HttpSettings, request: HttpRequest): Promise<Claims> {
  return introspect(context, requiredToken(context, http, request))
}
