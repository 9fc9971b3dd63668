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

/** What became of a request whose access token was refused. */
export interface Refreshed {
  /** A new access token, as if the request had brought it; `undefined` when the refresh was refused too. */
  readonly accessToken: string | undefined
  /** Whether the store has answered just now, for this guard, and not for an earlier one of the same request. */
  readonly isOfNow: boolean
}

/**
 * Refreshes the session of a request whose access token is missing or dead, once, however many guards ask for it. The
 * cookies leave with the headers of the response.
 *
 * @returns `undefined` when there is nothing to refresh; rejects with `StoreUnavailableError` when the store or the
 *   `claims` hook fails
 * @throws TokenError 403 for a request from another origin that is no mere reading, before the store is asked
 */
export type AutoRefresh = (
  verdict: Refusal,
  request: HttpRequest,
  response: RawResponse,
) => Promise<Refreshed> | undefined

export function autoRefresh(context: Context, http: HttpSettings): AutoRefresh {
  return ({ code }, request, response) => {
    // Its sender keeps no cookies.
    if (bearerToken(request) !== undefined) {
      return undefined
    }
    const exchange = http.exchanges.of(request, response)
    const earlier = exchange.refreshing
    if (earlier !== undefined) {
      return earlier.then(accessToken => ({ accessToken, isOfNow: false }))
    }
    const { refreshToken: cookie } = cookieTokens(context, http, request)
    // A session that is known as revoked has nothing to refresh, and headers that have left take no cookies along.
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
  // No sibling of this token is used before its access token has expired. Cookies that arrive after that might replace
  // newer ones, and end the session; without them the old cookie is good for another sibling.
  const deadline = (context.settings.accessTokenLifetime * 1000) / 4
  addLateCookies(response, {
    names: [accessToken, refreshToken],
    lines: setCookies(http.cookies, issued),
    areGood: () => elapsed() <= deadline && !context.revocations.has(issued.sid),
  })
  return issued.accessToken
}

/** Milliseconds by the app's clock or by a monotonic one, whichever says more: a jump of a clock only takes time away. */
function stopwatch({ settings: { now } }: Context): () => number {
  const [start, steadyStart] = [now(), performance.now()]
  return () => Math.max(now() - start, performance.now() - steadyStart)
}
