import type { Context } from '../context.js'
import { TokenError } from '../errors.js'
import { tagOf } from '../subject.js'
import { type Grant, issue } from '../verbs/issue.js'
import { endSession, type NamedSession, sessionOf } from '../verbs/revoke.js'
import { verify } from '../verbs/verify.js'
import { bodySuccess, cookieSuccess, noStore, type Success } from './answers.js'
import { clearCookies } from './cookie.js'
import { accessCookie, bearerToken, refreshCookie } from './credentials.js'
import type { HttpSettings } from './options.js'
import { checkOrigin, readBearer } from './presented.js'
import type { HttpHeaders, HttpRequest } from './types.js'

/**
 * Begins a session. Tokens in cookies end the session whose refresh cookie came along, and are refused to a
 * cross-origin request, which would log its victim in as somebody else (login CSRF); a redirect back from an identity
 * provider is a GET, and has a `state`. Tokens in a body have nothing to do with cookies.
 *
 * @throws TokenError `ERR_FORBIDDEN_ORIGIN`
 * @throws TypeError for a grant that makes no sense
 * @throws StoreUnavailableError
 */
export async function issueTokens(
  context: Context,
  http: HttpSettings,
  request: HttpRequest,
  grant: Grant,
): Promise<Success> {
  const transport = grant?.transport ?? http.transport
  const userAgent = grant?.userAgent ?? request.headers['user-agent']
  if (transport === 'body') {
    return bodySuccess(await issue(context, { ...grant, userAgent, transport }))
  }
  checkOrigin(context, http, request)
  const replaces = grant?.replaces ?? refreshCookie(request, http.cookies)
  return cookieSuccess(http, await issue(context, { ...grant, userAgent, transport, replaces }))
}

/**
 * Ends the session of the request's credentials. A Bearer token is the only credential considered when there is one;
 * otherwise the sessions of both cookies end, whatever is left of them, and the cookies are cleared.
 *
 * @returns the headers to add to the response
 * @throws TokenError `ERR_FORBIDDEN_ORIGIN`; for a Bearer that names no session, what a guard would say of it
 * @throws StoreUnavailableError with the cookies as they were: the user is not logged out yet
 */
export async function revokeTokens(
  context: Context,
  http: HttpSettings,
  request: HttpRequest,
): Promise<HttpHeaders> {
  const bearer = readBearer(context, request)
  if (bearer !== undefined) {
    await endBearerSession(context, bearer)
    return { ...noStore }
  }
  checkOrigin(context, http, request)
  for (const session of sessionsOf(context, http, request)) {
    await endSession(context, session, 'revoke')
  }
  return { ...noStore, 'set-cookie': clearCookies(http.cookies) }
}

/** For routes that have ended sessions: their cookies go when the session of this request did, and it was a cookie's. */
export function clearedUnlessBearer(
  http: HttpSettings,
  request: HttpRequest,
  hasEnded: boolean,
): HttpHeaders {
  const isOfCookie = bearerToken(request) === undefined
  return { ...noStore, ...(hasEnded && isOfCookie && { 'set-cookie': clearCookies(http.cookies) }) }
}

/** That its session has ended already is what was asked for. */
async function endBearerSession(context: Context, bearer: string): Promise<void> {
  try {
    const { sub, sid } = verify(context, bearer)
    await endSession(context, { tag: tagOf(sub), sid, subject: sub }, 'revoke')
  } catch (error) {
    if (!(error instanceof TokenError && error.code === 'ERR_ACCESS_TOKEN_REVOKED')) {
      throw error
    }
  }
}

/** Of the two cookies: the same session, as a rule. */
function sessionsOf(context: Context, http: HttpSettings, request: HttpRequest): Iterable<NamedSession> {
  const tokens = [accessCookie(request, http.cookies), refreshCookie(request, http.cookies)]
  const named = tokens.map(token => (token === undefined ? undefined : sessionOf(context, token)))
  return new Map(named.flatMap(session => (session === undefined ? [] : [[session.sid, session]]))).values()
}
