import type { Socket } from 'node:net'
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
import { asksForSocket } from './origin.js'
import { absent, missing, presentedToken, requiredToken } from './presented.js'
import { removeRefusalHeaders, setRefusalHeaders } from './refusal-headers.js'
import type { HttpRequest } from './types.js'
import type { WarnOnce } from './warn-once.js'

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
  readonly warnOnce: WarnOnce
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
  const exchange = exchanges.of(request, response)
  exchange.claims = user
  if (exchange.refusal !== undefined) {
    // Of an earlier guard: the request goes on.
    removeRefusalHeaders(exchange, response)
  }
  done(undefined, user)
}

function reject(
  guard: Guard,
  request: HttpRequest,
  response: RawResponse,
  error: unknown,
  done: Identified,
): void {
  explainRefusal(guard, request, response, error)
  if (isTokenError(error)) {
    const exchange = guard.exchanges.of(request, response)
    exchange.claims ??= null
    exchange.error = error
  }
  done(error as Error)
}

/** Puts the headers of a refusal on the response; other errors are left alone. */
export function explainRefusal(
  { http, exchanges }: Pick<Guard, 'http' | 'exchanges'>,
  request: HttpRequest,
  response: RawResponse | undefined,
  error: unknown,
): void {
  if (isTokenError(error) && response !== undefined) {
    setRefusalHeaders(http, exchanges.of(request, response), request, response, error)
  }
}

/**
 * Resolves to the claims of a request that has no response of a framework, such as an upgrade. A cookie obeys the
 * cross-origin rule whatever the method is, as the request opens a channel in both directions. Nothing is refreshed, as
 * there is no response that could carry the cookies.
 *
 * @throws TokenError as a guard does
 */
export async function authenticateRequest(
  guard: Guard,
  request: HttpRequest,
  auth: Exclude<Auth, 'optional'>,
): Promise<Claims> {
  const stopListening = survivesResets(request)
  try {
    const claims = (await userOf(guard, request, undefined, auth)) as Claims
    guard.exchanges.of(request).claims = claims
    return claims
  } finally {
    stopListening()
  }
}

/** Node listens for errors of a socket no more when it emits `upgrade`: a reset while we wait would end the process. */
function survivesResets({ raw }: HttpRequest): () => void {
  const { socket } = (raw ?? {}) as { socket?: Socket }
  const ignore = (): void => {}
  socket?.on('error', ignore)
  return () => socket?.off('error', ignore)
}

/** The user of a token route that goes by the store's word. Rejects with `StoreUnavailableError` when that fails. */
export function guardByStore(context: Context, http: HttpSettings, request: HttpRequest): Promise<Claims> {
  return introspect(context, requiredToken(context, http, request))
}

type User = Claims | null | Promise<Claims | null>

/** @throws TokenError 400 for a malformed credential, 403 for a cookie from another origin; and as `admit` */
function userOf(guard: Guard, request: HttpRequest, response: RawResponse | undefined, auth: Auth): User {
  const { context, http } = guard
  const isHandshake = response === undefined || asksForSocket(request)
  const loading = context.feed?.loading
  if (loading !== undefined && hasCredentials(request)) {
    return loading.then(() => userOf(guard, request, response, auth))
  }
  http.warnings.atUse(request)
  const token = presentedToken(context, http, request, isHandshake)
  const verdict = token === undefined ? absent(context, http, request) : judge(context, token)
  // A response to a handshake carries no cookies: a refresh would use the token up for nothing.
  if (verdict instanceof Refused && response !== undefined && !isHandshake) {
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
  { code }: Refused,
  { accessToken, isOfNow }: Refreshed,
  auth: Auth,
): User {
  if (accessToken !== undefined) {
    return admit(guard, request, judge(guard.context, accessToken), auth, isOfNow)
  }
  const error = new TokenError(code)
  if (auth === 'optional') {
    guard.exchanges.of(request).error = error
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
  verdict: Claims | Refused,
  auth: Auth,
  isConfirmed = false,
): User {
  if (auth === 'optional' && verdict instanceof Refused) {
    return nobody(guard, request, verdict)
  }
  const { context } = guard
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
function nobody({ context, exchanges }: Guard, request: HttpRequest, verdict: Refused): null {
  if (verdict === missing) {
    return null
  }
  const error = refuse(context, verdict)
  exchanges.of(request).error = error
  if (error.code === 'ERR_ACCESS_TOKEN_INVALID' && bearerToken(request) !== undefined) {
    throw error
  }
  return null
}
