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
 * Ends the session that this response has begun and the session of the request's credentials, and sets the headers of
 * the response. If a Bearer token is present, the cookies are ignored. Otherwise the sessions of all our cookies end,
 * even if only one of the two cookies is left, and the cookies are cleared.
 *
 * @throws TokenError `ERR_FORBIDDEN_ORIGIN`; for a Bearer token that names no session, the error of a guard
 * @throws StoreUnavailableError if a session could not be ended: the user may still be logged in. Cookies are cleared
 *   only if this response had set them
 * @throws Error if the headers of the response have already left: the session has ended, but cookies are not cleared
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
    // This comes first, so that it happens even if the credentials of the request are refused.
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

/** Returns headers for routes that end sessions. They clear our cookies if the cookies' own session has ended. */
export function clearedUnlessBearer(
  http: HttpSettings,
  request: HttpRequest,
  hasEnded: boolean,
): HttpHeaders {
  const clears = hasEnded && isOfCookies(request)
  return { ...noStore, ...(clears && { 'set-cookie': clearCookies(http.cookies) }) }
}

/** Whether cookies are the credentials of this request. If a Bearer token is present, the cookies are ignored. */
function isOfCookies(request: HttpRequest): boolean {
  return bearerToken(request) === undefined
}

/** Ends the session of a Bearer token. If it has ended already, that is a success. */
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

/** Returns the sessions of all our cookies, each once. Usually it is one session. */
function sessionsOf(context: Context, http: HttpSettings, request: HttpRequest): Iterable<NamedSession> {
  reportDuplicates(context, http, request)
  const { access, refresh } = allCookieTokens(http, request)
  const named = [...access, ...refresh].map(token => sessionOf(context, token))
  return new Map(named.flatMap(session => (session === undefined ? [] : [[session.sid, session]]))).values()
}
