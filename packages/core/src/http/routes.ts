import type { Context } from '../context.js'
import { TokenError } from '../errors.js'
import { refresh } from '../verbs/refresh.js'
import { refreshCookie } from './credentials.js'
import { checkOrigin } from './guard.js'
import { noStore, revokeTokens, success } from './login.js'
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

const handlers: Readonly<Record<RouteName, Handler>> = { refresh: handleRefresh, logout: handleLogout }

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

/** A refused refresh neither sets nor clears cookies: another tab may just have logged in. */
async function handleRefresh(
  context: Context,
  http: HttpSettings,
  request: HttpRequest,
): Promise<HttpResponse> {
  checkOrigin(context, http, request)
  const token = refreshCookie(request, http.cookies)
  if (token === undefined) {
    context.publish({ type: 'refused', credential: 'refresh_token', reason: 'missing' })
    throw new TokenError('ERR_INVALID_REQUEST')
  }
  const issued = await refresh(context, token, { transport: 'cookie' })
  return { status: 200, ...success(http, issued) }
}

/** Works with an expired access token, and when there is nothing left to log out from. */
async function handleLogout(
  context: Context,
  http: HttpSettings,
  request: HttpRequest,
): Promise<HttpResponse> {
  return { status: 204, headers: await revokeTokens(context, http, request) }
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

/** RFC 6749 section 5.2. A challenge (RFC 6750 section 3) belongs to a 401 here, as with a dead Bearer at logout. */
function refusal({ status, error, message, headers }: TokenError): HttpResponse {
  const { 'www-authenticate': challenge, ...others } = headers
  const challenged = status === 401 && challenge !== undefined && { 'www-authenticate': challenge }
  return {
    status,
    headers: { ...noStore, ...others, ...challenged },
    body: { error, error_description: message },
  }
}
