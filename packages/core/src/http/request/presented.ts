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

/** Returns the verdict on a request without a usable access token. Emits the event of duplicate cookies. */
export function refusalWithoutToken(context: Context, http: HttpSettings, request: HttpRequest): Refusal {
  return reportDuplicates(context, http, request) ? noUsableCookie : noAccessToken
}

/**
 * Returns the access token that counts, and requires one.
 *
 * @throws TokenError 401 if there is none, 400 if it is malformed, 403 for a cookie from another origin
 */
export function requiredToken(context: Context, http: HttpSettings, request: HttpRequest): string {
  const token = presentedToken(context, http, request)
  if (token === undefined) {
    throw refuse(context, refusalWithoutToken(context, http, request))
  }
  return token
}

/**
 * Returns the access token that counts. If a Bearer token is present, the cookies are ignored.
 *
 * @param isHandshake `true` if the caller knows that the request opens a socket. Default: decided from its headers
 * @throws TokenError 400 if the token is malformed, 403 for a cookie from another origin
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

/**
 * Returns the Bearer token, if there is one.
 *
 * @throws TokenError 400 if it is malformed
 */
export function readBearer({ emit }: Context, request: HttpRequest): string | undefined {
  const bearer = bearerToken(request)
  if (bearer === null) {
    emit({ type: 'refused', credential: 'access_token', reason: 'malformed' })
    throw new TokenError('ERR_INVALID_REQUEST')
  }
  return bearer
}

/**
 * Applies the cross-origin rule. Call it before a request uses, sets or clears our cookies.
 *
 * @throws TokenError `ERR_FORBIDDEN_ORIGIN`
 */
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

/** The maximum characters of a header in an event. */
const maxShown = 255

/**
 * Returns origin and host for the event: the operator may have to add the origin to `trustedOrigins`. The response does
 * not contain them.
 */
function whenceOf(request: HttpRequest): Whence {
  const { origin } = request.headers
  const host = hostOf(request)
  return {
    ...(origin !== undefined && { origin: shown(origin) }),
    ...(host !== undefined && { host: shown(host) }),
  }
}

/** Removes control characters of a header, C1 included, which must not reach a terminal or a log. */
function shown(header: string): string {
  return header.slice(0, maxShown).replace(/\p{Cc}/gu, '?')
}
