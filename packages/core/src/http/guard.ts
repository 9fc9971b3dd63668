import type { Claims } from '../access-token/claims.js'
import type { Context } from '../context.js'
import { TokenError, type TokenErrorCode } from '../errors.js'
import { verify } from '../verbs/verify.js'
import { accessCookie, bearerToken } from './credentials.js'
import type { HttpSettings } from './options.js'
import { isSameOrigin } from './origin.js'
import type { HttpRequest } from './types.js'

/**
 * Who sends this request. Synchronous, and asks no store.
 *
 * @throws TokenError 401 for no or dead credentials, 400 for malformed ones, 403 for a cookie from another origin
 */
export function guard(context: Context, http: HttpSettings, request: HttpRequest): Claims {
  const claims = identify(context, http, request)
  if (claims === undefined) {
    throw refuse(context, 'missing', 'ERR_ACCESS_TOKEN_MISSING')
  }
  return claims
}

/**
 * Who sends this request, or `null` for no or dead credentials. A Bearer that never was one of ours is still refused:
 * its sender meant to be somebody. A cookie of an earlier secret is something that the browser can't help.
 *
 * @throws TokenError
 */
export function guardOptional(context: Context, http: HttpSettings, request: HttpRequest): Claims | null {
  try {
    return identify(context, http, request) ?? null
  } catch (error) {
    const code = error instanceof TokenError ? error.code : undefined
    const isDead = code === 'ERR_ACCESS_TOKEN_EXPIRED' || code === 'ERR_ACCESS_TOKEN_REVOKED'
    if (isDead || (code === 'ERR_ACCESS_TOKEN_INVALID' && bearerToken(request) === undefined)) {
      return null
    }
    throw error
  }
}

function identify(context: Context, http: HttpSettings, request: HttpRequest): Claims | undefined {
  const bearer = readBearer(context, request)
  if (bearer !== undefined) {
    return verify(context, bearer)
  }
  const cookie = accessCookie(request, http.cookies)
  if (cookie === undefined) {
    return undefined
  }
  checkOrigin(context, http, request)
  return verify(context, cookie)
}

/** The Bearer token, if there is one. */
export function readBearer(context: Context, request: HttpRequest): string | undefined {
  const bearer = bearerToken(request)
  if (bearer === null) {
    throw refuse(context, 'malformed', 'ERR_INVALID_REQUEST')
  }
  return bearer
}

/** Before a cookie is believed, set or cleared by a request that changes something. */
export function checkOrigin({ publish }: Context, http: HttpSettings, request: HttpRequest): void {
  if (!isSameOrigin(request, http.trustedOrigins)) {
    publish({ type: 'refused', credential: 'cookie', reason: 'forbidden_origin' })
    throw new TokenError('ERR_FORBIDDEN_ORIGIN')
  }
}

function refuse({ publish }: Context, reason: 'missing' | 'malformed', code: TokenErrorCode): TokenError {
  publish({ type: 'refused', credential: 'access_token', reason })
  return new TokenError(code)
}
