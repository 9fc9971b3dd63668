import type { Claims } from '../access-token/claims.js'
import { refuse } from '../verbs/verify.js'
import { explain, type Guard } from './guard.js'
import { missing } from './presented.js'
import type { HttpRequest } from './types.js'

/**
 * The claims that a guard of this request found; never nobody. A handler that forgot its guard fails here instead of
 * answering anyone.
 *
 * @throws Error if no guard ran: the route is public
 * @throws TokenError `ERR_ACCESS_TOKEN_MISSING` (401) if an optional guard ran and nobody is signed in
 */
export function claimsOf(guard: Guard, request: HttpRequest, howToGuard: string): Claims {
  const { claims, response } = guard.exchanges.of(request)
  if (claims === undefined) {
    throw new Error(`no guard ran for this request, so its route is PUBLIC: ${howToGuard}`)
  }
  if (claims === null) {
    const error = refuse(guard.context, missing)
    explain(guard, request, response, error)
    throw error
  }
  return claims
}
