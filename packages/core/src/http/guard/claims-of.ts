import type { Claims } from '../../access-token/claims.js'
import { refuse } from '../../verbs/verdict.js'
import { noAccessToken } from '../request/presented.js'
import type { HttpRequest } from '../types.js'
import { explainRefusal, type Guard } from './guard.js'

/**
 * The claims that a guard of this request found, never `null`. A handler that forgot its guard fails here instead of
 * answering anyone.
 *
 * @param howToGuard what to do about a route without a guard, for the warning. The error tells strangers nothing
 * @throws Error if no guard ran: the route is public
 * @throws TokenError (401) if a guard ran and nobody is signed in: what the guard refused, or else
 *   `ERR_ACCESS_TOKEN_MISSING`
 */
export function claimsOf(guard: Guard, request: HttpRequest, howToGuard: string): Claims {
  const { context, http } = guard
  const exchange = http.exchanges.of(request)
  if (exchange.claims === undefined) {
    guard.warnOnce('guard_missing', `A route is PUBLIC: ${howToGuard}`)
    throw new Error('no guard ran for this request, so it has no claims')
  }
  if (exchange.claims === null) {
    exchange.error ??= refuse(context, noAccessToken)
    explainRefusal(guard, request, exchange.response, exchange.error)
    throw exchange.error
  }
  return exchange.claims
}
