import type { Claims } from '../../access-token/claims.js'
import { TokenError } from '../../errors.js'
import { confirm } from '../../verbs/introspect.js'
import { accept, Refusal, refuse, verdictOn } from '../../verbs/verdict.js'
import { checkFeed } from '../../verbs/verify.js'
import { bearerToken, hasCredentials } from '../request/bearer.js'
import { asksForSocket } from '../request/origin.js'
import { noAccessToken, presentedToken, refusalWithoutToken } from '../request/presented.js'
import type { RawResponse } from '../response/headers.js'
import type { HttpRequest } from '../types.js'
import type { Refreshed } from './auto-refresh.js'
import { type Auth, checkGranted } from './demands.js'
import type { Guard } from './guard.js'

/** The claims of a user, or `null` if nobody is signed in. It is a promise if the guard must wait for the store. */
export type User = Claims | null | Promise<Claims | null>

/**
 * Finds the user of a request.
 *
 * @param response `undefined` if no response could carry cookies, such as at a handshake
 * @throws TokenError 400 for a malformed credential, 403 for a cookie from another origin; and the errors of `admit`
 */
export function userOf(
  guard: Guard,
  request: HttpRequest,
  response: RawResponse | undefined,
  auth: Auth,
): User {
  const { context, http } = guard
  const isHandshake = response === undefined || asksForSocket(request)
  const loading = context.feed?.loading
  if (loading !== undefined && hasCredentials(request)) {
    return loading.then(() => userOf(guard, request, response, auth))
  }
  http.warnings.atUse(request)
  const token = presentedToken(context, http, request, isHandshake)
  const verdict =
    token === undefined ? refusalWithoutToken(context, http, request) : verdictOn(context, token)
  // A response to a handshake carries no cookies: a refresh would use up the token without delivering a new one.
  if (verdict instanceof Refusal && response !== undefined && !isHandshake) {
    const refreshing = guard.autoRefresh?.(verdict, request, response)
    if (refreshing !== undefined) {
      return refreshing.then(refreshed => admitRefreshed(guard, request, verdict, refreshed, auth))
    }
  }
  return admit(guard, request, verdict, auth)
}

/** Applies the outcome of a refresh. A failed refresh has emitted its event, so the access token gets none. */
function admitRefreshed(
  guard: Guard,
  request: HttpRequest,
  { code }: Refusal,
  { accessToken, isOfNow }: Refreshed,
  auth: Auth,
): User {
  if (accessToken !== undefined) {
    return admit(guard, request, verdictOn(guard.context, accessToken), auth, isOfNow)
  }
  const error = new TokenError(code)
  if (auth === 'optional') {
    guard.http.exchanges.of(request).error = error
    return null
  }
  throw error
}

/**
 * Applies the guard of a route to a verdict.
 *
 * @param isConfirmed whether the store has just confirmed the session
 * @throws TokenError 401 for missing, expired, revoked or invalid credentials, 403 for a missing scope
 */
function admit(
  guard: Guard,
  request: HttpRequest,
  verdict: Claims | Refusal,
  auth: Auth,
  isConfirmed = false,
): User {
  if (auth === 'optional' && verdict instanceof Refusal) {
    return nobody(guard, request, verdict)
  }
  const { context } = guard
  const claims = accept(context, verdict)
  const demands = typeof auth === 'object' ? auth : undefined
  if (demands?.introspect && !isConfirmed) {
    return confirm(context, claims).then(confirmed => checkGranted(context, confirmed, demands))
  }
  if (!isConfirmed) {
    checkFeed(context, claims)
  }
  return demands === undefined ? claims : checkGranted(context, claims, demands)
}

/**
 * Admits a request without a user to a route that is `'optional'`: its credentials are missing, expired or revoked. A
 * Bearer token that we did not sign is still refused, because its sender meant to authenticate. A cookie signed with an
 * earlier secret is not refused, because a browser sends it by itself.
 */
function nobody({ context, http }: Guard, request: HttpRequest, verdict: Refusal): null {
  if (verdict === noAccessToken) {
    return null
  }
  const error = refuse(context, verdict)
  http.exchanges.of(request).error = error
  if (error.code === 'ERR_ACCESS_TOKEN_INVALID' && bearerToken(request) !== undefined) {
    throw error
  }
  return null
}
