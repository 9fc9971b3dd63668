import type { Claims } from '../../access-token/claims.js'
import { refuse } from '../../verbs/verdict.js'
import { noAccessToken } from '../request/presented.js'
import type { HttpRequest } from '../types.js'
import { explainRefusal, type Guard } from './guard.js'

/**
 * Returns the claims that a guard of this request found, never `null`. If no guard ran the route is PUBLIC, and this
 * throws instead of letting the handler respond to anyone.
 *
 * @param howToGuard how to guard the route, for the warning. The error does not contain it: clients may see the error
 * @throws Error if no guard ran
 * @throws TokenError (401) if a guard ran and nobody is signed in: the refusal of the guard, or else
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
