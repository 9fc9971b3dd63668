import type { Context } from '../../context.js'
import { TokenError } from '../../errors.js'
import type { Whence } from '../../events.js'
import { Refusal, refuse } from '../../verbs/verdict.js'
import type { HttpSettings } from '../options.js'
import type { HttpRequest } from '../types.js'
import { bearerToken } from './bearer.js'
import { cookieTokens, reportDuplicates } from './cookie-tokens.js'
import { hostOf, isSameOrigin } from './origin.js'

/** The verdict on a request that presents no access token. */
export const noAccessToken: Refusal = new Refusal('ERR_ACCESS_TOKEN_MISSING', {
  type: 'refused',
  credential: 'access_token',
  reason: 'missing',
})

/** The same verdict without an event: `duplicate` has been emitted. */
const noUsableCookie = new Refusal(noAccessToken.code, undefined)

/** Says why a request presents no access token, and emits the event of cookies that are refused as duplicates. */
export function refusalWithoutToken(context: Context, http: HttpSettings, request: HttpRequest): Refusal {
  return reportDuplicates(context, http, request) ? noUsableCookie : noAccessToken
}

/** @throws TokenError 401 without one, 400 for a malformed one, 403 for a cookie from another origin */
export function requiredToken(context: Context, http: HttpSettings, request: HttpRequest): string {
  const token = presentedToken(context, http, request)
  if (token === undefined) {
    throw refuse(context, refusalWithoutToken(context, http, request))
  }
  return token
}

/**
 * The access token that counts.
 *
 * @param isHandshake `true` if the caller knows that the request opens a socket; otherwise its headers tell
 * @throws TokenError 400 for a malformed one, 403 for a cookie from another origin
 */
export function presentedToken(
  context: Context,
  http: HttpSettings,
  request: HttpRequest,
  isHandshake?: boolean,
): string | undefined {
  const bearer = readBearer(context, request)
  if (bearer !== undefined) {
    return bearer
  }
  const { accessToken } = cookieTokens(context, http, request)
  if (accessToken !== undefined) {
    checkOrigin(context, http, request, isHandshake)
  }
  return accessToken
}

/** The Bearer token, if there is one. */
export function readBearer({ emit }: Context, request: HttpRequest): string | undefined {
  const bearer = bearerToken(request)
  if (bearer === null) {
    emit({ type: 'refused', credential: 'access_token', reason: 'malformed' })
    throw new TokenError('ERR_INVALID_REQUEST')
  }
  return bearer
}

/** Before a request that changes something, or opens a socket, may use, set or clear a cookie. */
export function checkOrigin(
  { emit }: Context,
  http: HttpSettings,
  request: HttpRequest,
  isHandshake?: boolean,
): void {
  if (!isSameOrigin(request, http.trustedOrigins, isHandshake)) {
    emit({ type: 'refused', credential: 'cookie', reason: 'forbidden_origin', ...whenceOf(request) })
    throw new TokenError('ERR_FORBIDDEN_ORIGIN')
  }
}

/** Characters of a header that an event shows. */
const maxShown = 255

/** For the operator, who may have to add the origin to `trustedOrigins`. The answer to the request shows none of it. */
function whenceOf(request: HttpRequest): Whence {
  const { origin } = request.headers
  const host = hostOf(request)
  return {
    ...(origin !== undefined && { origin: shown(origin) }),
    ...(host !== undefined && { host: shown(host) }),
  }
}

/** Control characters of a header, C1 included, must reach no terminal and no log. */
function shown(header: string): string {
  return header.slice(0, maxShown).replace(/\p{Cc}/gu, '?')
}
