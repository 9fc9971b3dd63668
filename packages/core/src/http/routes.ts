import type { Context } from '../context.js'
import { TokenError } from '../errors.js'
import { refresh } from '../verbs/refresh.js'
import { revoke } from '../verbs/revoke.js'
import { bodySuccess, cookieSuccess, noStore, refusal } from './answers.js'
import { readBody, readParameters } from './body.js'
import { refreshCookie } from './credentials.js'
import { checkOrigin } from './guard.js'
import { revokeTokens } from './login.js'
import type { HttpSettings, RouteName } from './options.js'
import type { HttpRequest, HttpResponse } from './types.js'

/** A route of ours, for an adapter to put where it says, for every method: the answer to a wrong one is part of it. */
export interface Route {
  readonly name: RouteName
  /** The one method that does something; others are answered 405. */
  readonly method: 'POST'
  readonly path: string
  readonly config: object
  /** Answers refusals too; rejects only for a fault of the program. */
  handle(request: HttpRequest): Promise<HttpResponse>
}

type Handler = (context: Context, http: HttpSettings, request: HttpRequest) => Promise<HttpResponse>

const handlers: Readonly<Record<RouteName, Handler>> = {
  refresh: handleRefresh,
  logout: handleLogout,
  revoke: handleRevoke,
}

/** The routes that the options leave on. */
export function tokenRoutes(context: Context, http: HttpSettings): Route[] {
  const names = Object.keys(handlers) as RouteName[]
  return names.flatMap(name => {
    const option = http.routes[name] ?? {}
    const handle = (request: HttpRequest): Promise<HttpResponse> =>
      answer(context, http, request, handlers[name])
    return option === false
      ? []
      : [{ name, method: 'POST', path: `${http.prefix}/${name}`, config: option.config ?? {}, handle }]
  })
}

/**
 * RFC 6749 section 6, with the refresh token in the body or in our cookie: the answer travels as the token did. A
 * refused refresh neither sets nor clears cookies: another tab may just have logged in.
 */
async function handleRefresh(
  context: Context,
  http: HttpSettings,
  request: HttpRequest,
): Promise<HttpResponse> {
  const parameters = await wellFormed(context, readParameters(request))
  const { refresh_token: token, grant_type: grantType, scope } = parameters
  const cookie = refreshCookie(request, http.cookies)
  if (grantType !== undefined && grantType !== 'refresh_token') {
    throw malformed(context, new TokenError('ERR_UNSUPPORTED_GRANT_TYPE'))
  }
  if (token !== undefined) {
    if (grantType === undefined) {
      throw malformed(context, new TokenError('ERR_INVALID_BODY'))
    }
    if (cookie !== undefined) {
      throw malformed(context, new TokenError('ERR_INVALID_REQUEST'))
    }
    return { status: 200, ...bodySuccess(await refresh(context, token, { transport: 'body', scope })) }
  }
  if (cookie === undefined) {
    throw missing(context)
  }
  checkOrigin(context, http, request)
  return {
    status: 200,
    ...cookieSuccess(http, await refresh(context, cookie, { transport: 'cookie', scope })),
  }
}

/** Works with an expired access token, and when there is nothing left to log out from. Of a body nothing is asked. */
async function handleLogout(
  context: Context,
  http: HttpSettings,
  request: HttpRequest,
): Promise<HttpResponse> {
  await wellFormed(context, readBody(request))
  return { status: 204, headers: await revokeTokens(context, http, request) }
}

/** RFC 7009, for whoever holds a token; one that names no session is revoked already (section 2.2). */
async function handleRevoke(
  context: Context,
  _http: HttpSettings,
  request: HttpRequest,
): Promise<HttpResponse> {
  const { token } = await wellFormed(context, readParameters(request))
  if (token === undefined) {
    throw missing(context)
  }
  await revoke(context, { token })
  return { status: 200, headers: { ...noStore } }
}

async function answer(
  context: Context,
  http: HttpSettings,
  request: HttpRequest,
  handler: Handler,
): Promise<HttpResponse> {
  if (request.method !== 'POST') {
    const body = { error: 'invalid_request', error_description: 'This route takes POST' }
    return { status: 405, headers: { ...noStore, allow: 'POST' }, body }
  }
  try {
    return await handler(context, http, request)
  } catch (error) {
    if (error instanceof TokenError) {
      return refusal(error)
    }
    throw error
  }
}

async function wellFormed<T>(context: Context, reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    throw malformed(context, error)
  }
}

function malformed({ publish }: Context, error: unknown): unknown {
  publish({ type: 'refused', credential: 'body', reason: 'malformed' })
  return error
}

function missing({ publish }: Context): TokenError {
  publish({ type: 'refused', credential: 'refresh_token', reason: 'missing' })
  return new TokenError('ERR_INVALID_REQUEST')
}
