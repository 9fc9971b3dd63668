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

/** At once, or when the store has answered. `null` for nobody. */
export type User = Claims | null | Promise<Claims | null>

/**
 * Who sends this request.
 *
 * @param response `undefined` where there is none that could carry cookies, as at a handshake
 * @throws TokenError 400 for a malformed credential, 403 for a cookie from another origin; and as `admit`
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
  // A response to a handshake carries no cookies: a refresh would use the token up for nothing.
  if (verdict instanceof Refusal && response !== undefined && !isHandshake) {
    const refreshing = guard.autoRefresh?.(verdict, request, response)
    if (refreshing !== undefined) {
      return refreshing.then(refreshed => admitRefreshed(guard, request, verdict, refreshed, auth))
    }
  }
  return admit(guard, request, verdict, auth)
}

/** A refresh that failed has emitted its event, so the access token gets none. */
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
 * What a verdict means to a route that is guarded so.
 *
 * @param isConfirmed by the store, a moment ago
 * @throws TokenError 401 for no or dead credentials, 403 for a scope that is lacking
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
 * Where a user is optional, no or dead credentials are nobody. A Bearer that never was one of ours is still refused:
 * its sender meant to be somebody. A cookie of an earlier secret is something that the browser can't help.
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
