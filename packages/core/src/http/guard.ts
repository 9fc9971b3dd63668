import type { Claims } from '../access-token/claims.js'
import type { Context } from '../context.js'
import { TokenError } from '../errors.js'
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
  const bearer = bearerToken(request)
  if (bearer !== undefined) {
    return verify(context, bearer)
  }
  const cookie = accessCookie(request, http.cookies)
  if (cookie === undefined) {
    throw new TokenError('ERR_ACCESS_TOKEN_MISSING')
  }
  checkOrigin(context, http, request)
  return verify(context, cookie)
}

const dead = ['ERR_ACCESS_TOKEN_MISSING', 'ERR_ACCESS_TOKEN_EXPIRED', 'ERR_ACCESS_TOKEN_REVOKED']

/**
 * Who sends this request, or `null` for no or dead credentials. A Bearer that never was one of ours is still refused:
 * its sender meant to be somebody. A cookie of an earlier secret is something that the browser can't help.
 *
 * @throws TokenError
 */
export function guardOptional(context: Context, http: HttpSettings, request: HttpRequest): Claims | null {
  try {
    return guard(context, http, request)
  } catch (error) {
    if (error instanceof TokenError) {
      const unreadableCookie = error.code === 'ERR_ACCESS_TOKEN_INVALID' && bearerToken(request) === undefined
      if (dead.includes(error.code) || unreadableCookie) {
        return null
      }
    }
    throw error
  }
}

/** Before a cookie is believed, set or cleared by a request that changes something. */
export function checkOrigin({ publish }: Context, http: HttpSettings, request: HttpRequest): void {
  if (!isSameOrigin(request, http.trustedOrigins)) {
    publish({ type: 'refused', credential: 'cookie', reason: 'forbidden_origin' })
    throw new TokenError('ERR_FORBIDDEN_ORIGIN')
  }
}
