import type { Context } from '../context.js'
import { isTokenError } from '../is-token-error.js'
import { hashSubject } from '../values/subject.js'
import { type CheckedGrant, checkGrant, issue } from '../verbs/issue.js'
import type { Issued } from '../verbs/mint.js'
import { endSession } from '../verbs/revoke.js'
import type { Exchange } from './exchange.js'
import type { HttpSettings } from './options.js'
import { allCookieTokens } from './request/cookie-tokens.js'
import { checkOrigin } from './request/presented.js'
import { type BodyAnswer, bodyAnswer, type CookieAnswer, cookieAnswer, noStore } from './response/answers.js'
import { setCookies } from './response/cookie.js'
import {
  addHeaders,
  checkUnsent,
  type ResponseHeaders,
  replaceCookies,
  takeCookiesBack,
} from './response/headers.js'
import type { HttpRequest } from './types.js'

/**
 * Begins a session, sets the headers and cookies of its response, and resolves to the object to put in the body.
 *
 * A login with cookies ends the sessions whose refresh cookies came with it. A cross-origin request is refused: it
 * would log the victim in as somebody else (login CSRF). A redirect back from an identity provider passes: it is a GET,
 * and a `state` protects it. A login with tokens in the body neither reads cookies nor checks the origin.
 *
 * A second login in the same response replaces the session and the cookies of the first.
 *
 * @throws TokenError `ERR_FORBIDDEN_ORIGIN`
 * @throws TypeError that names what is wrong with the grant
 * @throws StoreUnavailableError
 * @throws Error if the headers of the response have already left: no tokens are sent, and no session is left behind
 */
export async function issueTokens(
  context: Context,
  http: HttpSettings,
  request: HttpRequest,
  response: ResponseHeaders,
  exchange: Exchange,
  grant: unknown,
): Promise<CookieAnswer | BodyAnswer> {
  checkUnsent('issueTokens', response)
  const { 'user-agent': userAgent } = request.headers
  const checked = checkGrant(grant, { transport: http.transport, userAgent })
  const isInCookies = checked.transport === 'cookie'
  if (isInCookies) {
    checkOrigin(context, http, request)
    http.warnings.atLogin(request)
  }
  const earlier = exchange.begun
  const replaced = [
    ...(earlier === undefined ? [] : [earlier.refreshToken]),
    ...replacedBy(http, request, checked),
  ]
  let issued: Issued
  try {
    issued = await issue(context, checked, replaced)
  } catch (error) {
    if (earlier !== undefined && isTokenError(error)) {
      forget(http, response, exchange)
    }
    throw error
  }
  const { sid, refreshToken } = issued
  const { subject } = checked
  const session = { subjectHash: hashSubject(subject), sid, subject }
  exchange.begun = { session, refreshToken, isInCookies }
  if (response.headersSent) {
    exchange.begun = undefined
    await endSession(context, session, 'unsent')
    checkUnsent('issueTokens', response)
  }
  addHeaders(response, noStore)
  if (isInCookies) {
    replaceCookies(response, http.cookies, setCookies(http.cookies, issued))
  } else if (earlier?.isInCookies) {
    takeCookiesBack(response, http.cookies)
  }
  return isInCookies ? cookieAnswer(issued) : bodyAnswer(issued)
}

/** Takes back the session that this response has begun. It has ended, or its state is unknown. */
function forget(http: HttpSettings, response: ResponseHeaders, exchange: Exchange): void {
  if (exchange.begun?.isInCookies) {
    takeCookiesBack(response, http.cookies)
  }
  exchange.begun = undefined
}

/** Returns the refresh tokens whose sessions a login ends: the one that its handler passes, or those in the cookies. */
function replacedBy(
  http: HttpSettings,
  request: HttpRequest,
  { replaces, transport }: CheckedGrant,
): readonly string[] {
  if (replaces !== undefined) {
    return [replaces]
  }
  return transport === 'cookie' ? allCookieTokens(http, request).refresh : []
}
