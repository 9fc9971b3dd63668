import type { Claims } from '../access-token/claims.js'
import type { Context } from '../context.js'
import { TokenError, type TokenErrorCode } from '../errors.js'
import { introspect } from '../verbs/introspect.js'
import { verify } from '../verbs/verify.js'
import { accessCookie, bearerToken, hasCredentials } from './credentials.js'
import { type Auth, checkGranted, type Demands } from './demands.js'
import type { HttpSettings } from './options.js'
import { isSameOrigin } from './origin.js'
import type { HttpRequest } from './types.js'

/** An error, or else who it is: `null` for nobody. */
export type Identified<C extends object = object> = (
  error: Error | undefined,
  user?: Claims<C> | null,
) => void

/**
 * Who sends this request to a route that is guarded so. At once, but for what asks the store, and for the first moment
 * of a process, which does not know yet what others have revoked.
 */
export function identify(
  context: Context,
  http: HttpSettings,
  request: HttpRequest,
  auth: Auth,
  done: Identified,
): void {
  let user: Claims | null | Promise<Claims | null>
  try {
    user = userOf(context, http, request, auth)
  } catch (error) {
    done(error as Error)
    return
  }
  if (user instanceof Promise) {
    user.then(found => done(undefined, found), done)
  } else {
    done(undefined, user)
  }
}

function userOf(
  context: Context,
  http: HttpSettings,
  request: HttpRequest,
  auth: Auth,
): Claims | null | Promise<Claims | null> {
  const loading = context.feed?.loading
  if (loading !== undefined && hasCredentials(request)) {
    return loading.then(() => userOf(context, http, request, auth))
  }
  if (auth === 'optional') {
    return guardOptional(context, http, request)
  }
  const demands = auth === true ? {} : auth
  return demands.introspect
    ? guardByStore(context, http, request, demands)
    : guard(context, http, request, demands)
}

/**
 * Who sends this request. Synchronous, and asks no store.
 *
 * @throws TokenError 401 for no or dead credentials, 400 for malformed ones, 403 for a cookie from another origin, or
 *   for a scope that is lacking
 */
export function guard(
  context: Context,
  http: HttpSettings,
  request: HttpRequest,
  demands: Demands = {},
): Claims {
  const claims = verify(context, requiredToken(context, http, request))
  checkGranted(context, claims, demands)
  return claims
}

/** The same, by the store's word. Rejects with `StoreUnavailableError` when the store fails. */
export async function guardByStore(
  context: Context,
  http: HttpSettings,
  request: HttpRequest,
  demands: Demands = {},
): Promise<Claims> {
  const claims = await introspect(context, requiredToken(context, http, request))
  checkGranted(context, claims, demands)
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
    const token = tokenOf(context, http, request)
    return token === undefined ? null : verify(context, token)
  } catch (error) {
    const code = error instanceof TokenError ? error.code : undefined
    const isDead = code === 'ERR_ACCESS_TOKEN_EXPIRED' || code === 'ERR_ACCESS_TOKEN_REVOKED'
    if (isDead || (code === 'ERR_ACCESS_TOKEN_INVALID' && bearerToken(request) === undefined)) {
      return null
    }
    throw error
  }
}

/** @throws TokenError 401 without one, 400 for a malformed one, 403 for a cookie from another origin */
export function requiredToken(context: Context, http: HttpSettings, request: HttpRequest): string {
  const token = tokenOf(context, http, request)
  if (token === undefined) {
    throw refuse(context, 'missing', 'ERR_ACCESS_TOKEN_MISSING')
  }
  return token
}

/** The access token that counts. */
function tokenOf(context: Context, http: HttpSettings, request: HttpRequest): string | undefined {
  const bearer = readBearer(context, request)
  if (bearer !== undefined) {
    return bearer
  }
  const cookie = accessCookie(request, http.cookies)
  if (cookie !== undefined) {
    checkOrigin(context, http, request)
  }
  return cookie
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
