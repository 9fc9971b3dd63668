import type { Context } from '../../context.js'
import { isTokenError } from '../../is-token-error.js'
import type { Issued } from '../../verbs/mint.js'
import { refresh } from '../../verbs/refresh.js'
import type { Refusal } from '../../verbs/verdict.js'
import type { HttpSettings } from '../options.js'
import { bearerToken } from '../request/bearer.js'
import { cookieTokens } from '../request/cookie-tokens.js'
import { checkOrigin } from '../request/presented.js'
import { setCookies } from '../response/cookie.js'
import type { RawResponse } from '../response/headers.js'
import { addLateCookies } from '../response/late-cookies.js'
import type { HttpRequest } from '../types.js'

/** The outcome of a refresh for a request whose access token was refused. */
export interface Refreshed {
  /** The new access token, used as if the request had brought it. `undefined` if the refresh was refused too. */
  readonly accessToken: string | undefined
  /** Whether this guard started the refresh, so that the store has just confirmed the session. */
  readonly isOfNow: boolean
}

/**
 * Refreshes the session of a request whose access token is missing or refused. It refreshes once, however many guards
 * the request passes. The new cookies are added when the headers of the response leave.
 *
 * @returns `undefined` if there is nothing to refresh. The promise rejects with `StoreUnavailableError` if the store or
 *   the `claims` hook fails
 * @throws TokenError 403 for a cross-origin request that may change something, before the store is called
 */
export type AutoRefresh = (
  verdict: Refusal,
  request: HttpRequest,
  response: RawResponse,
) => Promise<Refreshed> | undefined

export function autoRefresh(context: Context, http: HttpSettings): AutoRefresh {
  return ({ code }, request, response) => {
    // If a Bearer token is present, the cookies are ignored.
    if (bearerToken(request) !== undefined) {
      return undefined
    }
    const exchange = http.exchanges.of(request, response)
    const earlier = exchange.refreshing
    if (earlier !== undefined) {
      return earlier.then(accessToken => ({ accessToken, isOfNow: false }))
    }
    const { refreshToken: cookie } = cookieTokens(context, http, request)
    // A session known as revoked cannot be refreshed, and once the headers have left no cookie can be set.
    if (cookie === undefined || code === 'ERR_ACCESS_TOKEN_REVOKED' || response.headersSent) {
      return undefined
    }
    checkOrigin(context, http, request)
    const accessToken = refreshFor(context, http, request, response, cookie)
    exchange.refreshing = accessToken
    return accessToken.then(accessToken => ({ accessToken, isOfNow: true }))
  }
}

async function refreshFor(
  context: Context,
  http: HttpSettings,
  { headers }: HttpRequest,
  response: RawResponse,
  cookie: string,
): Promise<string | undefined> {
  const elapsed = stopwatch(context)
  const userAgent = headers['user-agent']
  let issued: Issued
  try {
    issued = await refresh(context, cookie, { transport: 'cookie', userAgent })
  } catch (error) {
    if (isTokenError(error) && error.code === 'ERR_INVALID_GRANT') {
      return undefined
    }
    throw error
  }
  const { accessToken, refreshToken } = http.cookies
  // No sibling of this token is used before its access token has expired. Cookies that arrive later might replace newer
  // ones, and end the session. If they are not sent, the old cookie stays valid for another sibling.
  const deadline = (context.settings.accessTokenLifetime * 1000) / 4
  addLateCookies(response, {
    names: [accessToken, refreshToken],
    lines: setCookies(http.cookies, issued),
    areGood: () => elapsed() <= deadline && !context.revocations.has(issued.sid),
  })
  return issued.accessToken
}

/**
 * Measures milliseconds with the application's clock and with a monotonic clock, and returns the larger value. So a
 * clock that jumps can only shorten the time that is left.
 */
function stopwatch({ settings: { now } }: Context): () => number {
  const [start, steadyStart] = [now(), performance.now()]
  return () => Math.max(now() - start, performance.now() - steadyStart)
}
