import type { Claims } from '../access-token/claims.js'
import type { Context } from '../context.js'
import { TokenError } from '../errors.js'
import { isTokenError } from '../is-token-error.js'
import { confirm, introspect } from '../verbs/introspect.js'
import { accepted, checkFeed, judge, Refused, refuse } from '../verbs/verify.js'
import type { AutoRefresh, Refreshed } from './auto-refresh.js'
import { bearerToken, hasCredentials } from './credentials.js'
import { type Auth, checkGranted } from './demands.js'
import type { Exchanges } from './exchange.js'
import type { RawResponse } from './headers.js'
import type { HttpSettings } from './options.js'
import { absent, missing, presentedToken, requiredToken } from './presented.js'
import { carryHeaders } from './refusal-headers.js'
import type { HttpRequest } from './types.js'

/** An error, or else who it is: `null` for nobody. */
export type Identified<C extends object = object> = (
  error: Error | undefined,
  user?: Claims<C> | null,
) => void

/** A guard of one application: what it needs beside the request. */
export interface Guard {
  readonly context: Context
  readonly http: HttpSettings
  readonly exchanges: Exchanges
  readonly autoRefresh: AutoRefresh | undefined
}

/**
 * Who sends this request to a route that is guarded so. At once, but for what asks the store, and for the first moment
 * of a process, which does not know yet what others have revoked.
 */
export function identify(
  guard: Guard,
  request: HttpRequest,
  response: RawResponse,
  auth: Auth,
  done: Identified,
): void {
  let user: User
  try {
    user = userOf(guard, request, response, auth)
  } catch (error) {
    reject(guard, request, response, error, done)
    return
  }
  if (user instanceof Promise) {
    user.then(
      found => accept(guard, request, response, found, done),
      error => reject(guard, request, response, error, done),
    )
  } else {
    accept(guard, request, response, user, done)
  }
}

function accept(
  { exchanges }: Guard,
  request: HttpRequest,
  response: RawResponse,
  user: Claims | null,
  done: Identified,
): void {
  exchanges.of(request, response).claims = user
  done(undefined, user)
}

function reject(
  guard: Guard,
  request: HttpRequest,
  response: RawResponse,
  error: unknown,
  done: Identified,
): void {
  explain(guard, request, response, error)
  done(error as Error)
}

/** Puts the headers of a refusal on the response; other errors are left alone. */
export function explain(
  { http, exchanges }: Pick<Guard, 'http' | 'exchanges'>,
  request: HttpRequest,
  response: RawResponse | undefined,
  error: unknown,
): void {
  if (isTokenError(error) && response !== undefined) {
    carryHeaders(http, exchanges.of(request, response), request, response, error)
  }
}

/**
 * Who opens a socket, or sends a request that no response of a framework belongs to: as a promise. A cookie obeys the
 * cross-origin rule whatever the method, as the request opens a channel in both directions. Nothing is refreshed, as
 * there is no response that could carry the cookies.
 *
 * @throws TokenError as a guard does
 */
export async function authenticateRequest(
  guard: Guard,
  request: HttpRequest,
  auth: Exclude<Auth, 'optional'>,
): Promise<Claims> {
  const claims = (await userOf(guard, request, undefined, auth)) as Claims
  guard.exchanges.of(request).claims = claims
  return claims
}

/** The user of a token route that goes by the store's word. Rejects with `StoreUnavailableError` when that fails. */
export function guardByStore(context: Context, http: HttpSettings, request: HttpRequest): Promise<Claims> {
  return introspect(context, requiredToken(context, http, request))
}

type User = Claims | null | Promise<Claims | null>

/** @throws TokenError 400 for a malformed credential, 403 for a cookie from another origin; and as `admit` */
function userOf(guard: Guard, request: HttpRequest, response: RawResponse | undefined, auth: Auth): User {
  const { context, http } = guard
  // Without a response it is a handshake; with one, the headers of the request tell.
  const isHandshake = response === undefined ? true : undefined
  const loading = context.feed?.loading
  if (loading !== undefined && hasCredentials(request)) {
    return loading.then(() => userOf(guard, request, response, auth))
  }
  const token = presentedToken(context, http, request, isHandshake)
  const verdict = token === undefined ? absent(context, http, request) : judge(context, token)
  if (verdict instanceof Refused && response !== undefined) {
    const refreshing = guard.autoRefresh?.(verdict, request, response)
    if (refreshing !== undefined) {
      return refreshing.then(refreshed => admitRefreshed(context, request, verdict, refreshed, auth))
    }
  }
  return admit(context, request, verdict, auth)
}

/** A refresh that was refused has been told of: what is wrong with the access token is no second event. */
function admitRefreshed(
  context: Context,
  request: HttpRequest,
  { code }: Refused,
  { accessToken, isOfNow }: Refreshed,
  auth: Auth,
): User {
  if (accessToken !== undefined) {
    return admit(context, request, judge(context, accessToken), auth, isOfNow)
  }
  if (auth === 'optional') {
    return null
  }
  throw new TokenError(code)
}

/**
 * What a verdict means to a route that is guarded so.
 *
 * @param isConfirmed by the store, a moment ago
 * @throws TokenError 401 for no or dead credentials, 403 for a scope that is lacking
 */
function admit(
  context: Context,
  request: HttpRequest,
  verdict: Claims | Refused,
  auth: Auth,
  isConfirmed = false,
): User {
  if (auth === 'optional' && verdict instanceof Refused) {
    return nobody(context, request, verdict)
  }
  const claims = accepted(context, verdict)
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
function nobody(context: Context, request: HttpRequest, verdict: Refused): null {
  if (verdict === missing) {
    return null
  }
  const error = refuse(context, verdict)
  if (error.code === 'ERR_ACCESS_TOKEN_INVALID' && bearerToken(request) !== undefined) {
    throw error
  }
  return null
}
