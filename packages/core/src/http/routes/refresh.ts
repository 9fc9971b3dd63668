import type { Context } from '../../context.js'
import { TokenError } from '../../errors.js'
import { decodeRefreshToken } from '../../refresh-token/token.js'
import { refresh } from '../../verbs/refresh.js'
import { endOf, Refusal, verdictOn } from '../../verbs/verdict.js'
import { readParameters } from '../request/body.js'
import { cookieTokens, reportDuplicates } from '../request/cookie-tokens.js'
import { checkOrigin } from '../request/presented.js'
import { bodyAnswer, type CookieAnswer, cookieAnswer, noStore } from '../response/answers.js'
import { setCookies } from '../response/cookie.js'
import { type Handler, refuseBody, refuseWithoutToken, refusingMalformed } from './handler.js'

/**
 * Refreshes a session (RFC 6749 section 6). The refresh token is in the body or in our cookie, and the new tokens
 * travel in the same way. A refused refresh neither sets nor clears cookies: another tab may just have logged in.
 */
export const handleRefresh: Handler = async (context, http, request) => {
  const parameters = await refusingMalformed(context, readParameters(request))
  const { refresh_token: token, grant_type: grantType, scope, if_stale: ifStale } = parameters
  const { accessToken, refreshToken: cookie } = cookieTokens(context, http, request)
  const userAgent = request.headers['user-agent']
  if (grantType !== undefined && grantType !== 'refresh_token') {
    throw refuseBody(context, new TokenError('ERR_UNSUPPORTED_GRANT_TYPE'))
  }
  if (ifStale !== undefined && ifStale !== 'true') {
    throw refuseBody(context, new TokenError('ERR_INVALID_BODY'))
  }
  if (token !== undefined) {
    if (grantType === undefined) {
      throw refuseBody(context, new TokenError('ERR_INVALID_BODY'))
    }
    if (cookie !== undefined) {
      throw refuseBody(context, new TokenError('ERR_INVALID_REQUEST'))
    }
    const issued = await refresh(context, token, { transport: 'body', scope, userAgent })
    return { status: 200, headers: { ...noStore }, body: bodyAnswer(issued) }
  }
  // If SameSite kept the cookie back, a cross-site page should get 403 (wrong origin). An OAuth client that forgot its
  // token should get 400 (missing token): it sends grant_type.
  const { origin, 'sec-fetch-site': site } = request.headers
  const isPage = grantType === undefined && (origin ?? site) !== undefined
  if (cookie !== undefined || isPage) {
    checkOrigin(context, http, request)
    http.warnings.atRefresh(request)
  }
  if (cookie === undefined) {
    const areDuplicates = reportDuplicates(context, http, request)
    throw areDuplicates ? new TokenError('ERR_INVALID_REQUEST') : refuseWithoutToken(context)
  }
  const fresh = ifStale && scope === undefined ? freshAnswer(context, accessToken, cookie) : undefined
  if (fresh !== undefined) {
    return { status: 200, headers: { ...noStore }, body: fresh }
  }
  const issued = await refresh(context, cookie, { transport: 'cookie', scope, userAgent })
  const headers = { ...noStore, 'set-cookie': setCookies(http.cookies, issued) }
  return { status: 200, headers, body: cookieAnswer(issued) }
}

/**
 * Answers a request with `if_stale` without a refresh, if another tab has already refreshed. It does so if the access
 * token in the cookies is valid, belongs to the same session, and has more than half of its lifetime left.
 *
 * Suppose several tabs get a 401 and refresh. One of them is slow, and refreshes with the new cookies that another tab
 * has received. That would invalidate the sibling tokens still in flight to the other tabs. If such a response arrives
 * last, the browser would end up with a dead token.
 */
function freshAnswer(
  context: Context,
  accessToken: string | undefined,
  refreshToken: string,
): CookieAnswer | undefined {
  const { feed, settings } = context
  // A process that may have missed a revocation lets the store decide.
  if (accessToken === undefined || feed?.loading !== undefined) {
    return undefined
  }
  const session = decodeRefreshToken(context.refreshRing, refreshToken)
  if (session === undefined || feed?.isStale(() => session.subjectHash)) {
    return undefined
  }
  const claims = verdictOn(context, accessToken)
  if (claims instanceof Refusal || claims.sid !== session.sid || session.transport !== 'cookie') {
    return undefined
  }
  const { scope } = claims
  const left = Math.floor(endOf(context, claims) - settings.now() / 1000)
  const isFresh = left > settings.accessTokenLifetime / 2
  return isFresh ? { expires_in: left, ...(scope !== undefined && { scope }) } : undefined
}
