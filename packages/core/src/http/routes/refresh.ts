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
 * RFC 6749 section 6, with the refresh token in the body or in our cookie: the answer travels as the token did. A
 * refused refresh neither sets nor clears cookies: another tab may just have logged in.
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
  // A page that means the cookie is told of its origin, though SameSite kept the cookie back; an OAuth client, which
  // names its grant, of the token that it has forgotten.
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
 * Where another tab has refreshed already, and its cookies have come along with a request that asks `if_stale`: what the
 * access token beside the refresh token is good for yet, if that is more than half of its life.
 *
 * Of several tabs one may get a 401, be overtaken by the answer to another, and then refresh with the cookies of that
 * answer. To use them would kill their siblings, on their way to yet other tabs, and the last to arrive is the one that
 * the browser keeps.
 */
function freshAnswer(
  context: Context,
  accessToken: string | undefined,
  refreshToken: string,
): CookieAnswer | undefined {
  const { feed, settings } = context
  // Who may have missed a revocation leaves it to the store.
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
