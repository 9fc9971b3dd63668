import type { Context } from '../context.js'
import { isTokenError } from '../is-token-error.js'
import { hashSubject } from '../values/subject.js'
import { endSession, type NamedSession, sessionOf } from '../verbs/revoke.js'
import { verify } from '../verbs/verify.js'
import type { Exchange } from './exchange.js'
import type { HttpSettings } from './options.js'
import { bearerToken } from './request/bearer.js'
import { allCookieTokens, reportDuplicates } from './request/cookie-tokens.js'
import { checkOrigin, readBearer } from './request/presented.js'
import { noStore } from './response/answers.js'
import { clearCookies } from './response/cookie.js'
import { addHeaders, checkUnsent, type ResponseHeaders, takeCookiesBack } from './response/headers.js'
import type { HttpHeaders, HttpRequest } from './types.js'

/**
 * Ends the session that this response has begun, and that of the request's credentials; sets the headers of the
 * response. A Bearer token is the only credential considered when there is one; otherwise the sessions of both cookies
 * end, whatever is left of them, and the cookies are cleared.
 *
 * @throws TokenError `ERR_FORBIDDEN_ORIGIN`; for a Bearer that names no session, what a guard would say of it
 * @throws StoreUnavailableError with the cookies as they were: the user is not logged out yet
 * @throws Error if the headers of the response have left: the session has ended, and the cookies could not be cleared
 */
export async function revokeTokens(
  context: Context,
  http: HttpSettings,
  request: HttpRequest,
  response: ResponseHeaders,
  exchange: Exchange,
): Promise<void> {
  const { begun } = exchange
  if (begun !== undefined) {
    // First of all: what becomes of the credentials of the request is another matter.
    await endSession(context, begun.session, 'revoke')
    exchange.begun = undefined
    if (begun.isInCookies && !response.headersSent) {
      takeCookiesBack(response, http.cookies)
    }
  }
  await endPresented(context, http, request)
  checkUnsent('revokeTokens', response)
  addHeaders(response, noStore)
  if (isOfCookies(request)) {
    takeCookiesBack(response, http.cookies)
  }
}

/** Ends the session of the request's credentials. */
export async function endPresented(
  context: Context,
  http: HttpSettings,
  request: HttpRequest,
): Promise<void> {
  const bearer = readBearer(context, request)
  if (bearer !== undefined) {
    await endBearerSession(context, bearer)
    return
  }
  checkOrigin(context, http, request)
  http.warnings.atUse(request)
  for (const session of sessionsOf(context, http, request)) {
    await endSession(context, session, 'revoke')
  }
}

/** For routes that have ended sessions: their cookies go when the session of this request did, and it was a cookie's. */
export function clearedUnlessBearer(
  http: HttpSettings,
  request: HttpRequest,
  hasEnded: boolean,
): HttpHeaders {
  const clears = hasEnded && isOfCookies(request)
  return { ...noStore, ...(clears && { 'set-cookie': clearCookies(http.cookies) }) }
}

/** A Bearer token is the only credential considered when there is one. */
function isOfCookies(request: HttpRequest): boolean {
  return bearerToken(request) === undefined
}

/** That its session has ended already is what was asked for. */
async function endBearerSession(context: Context, bearer: string): Promise<void> {
  try {
    const { sub, sid } = verify(context, bearer)
    await endSession(context, { subjectHash: hashSubject(sub), sid, subject: sub }, 'revoke')
  } catch (error) {
    if (!(isTokenError(error) && error.code === 'ERR_ACCESS_TOKEN_REVOKED')) {
      throw error
    }
  }
}

/** Of all cookies: the same session, as a rule. */
function sessionsOf(context: Context, http: HttpSettings, request: HttpRequest): Iterable<NamedSession> {
  reportDuplicates(context, http, request)
  const { access, refresh } = allCookieTokens(http, request)
  const named = [...access, ...refresh].map(token => sessionOf(context, token))
  return new Map(named.flatMap(session => (session === undefined ? [] : [[session.sid, session]]))).values()
}
