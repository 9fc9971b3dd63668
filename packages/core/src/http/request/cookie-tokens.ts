import type { Context } from '../../context.js'
import type { HttpSettings } from '../options.js'
import { readCookies, readSingle, type SentTokens } from '../response/cookie.js'
import type { HttpRequest } from '../types.js'
import { type Choice, choose, isVerifiable } from './duplicate-cookies.js'

/** Returns the tokens that count when cookies authenticate a request. */
export function cookieTokens(context: Context, http: HttpSettings, request: HttpRequest): Choice {
  const single = readSingle(request.headers.cookie, http.cookies)
  if (single !== undefined) {
    // An empty cookie counts as missing.
    return {
      accessToken: single.access || undefined,
      refreshToken: single.refresh || undefined,
      isRefused: false,
    }
  }
  return chosenOnce(context, http, request)
}

/**
 * Returns all tokens in our cookies, for log-outs and logins: anyone who has a token of a session may end that session.
 *
 * @returns no token if one name came more often than we verify
 */
export function allCookieTokens(http: HttpSettings, request: HttpRequest): SentTokens {
  const sent = different(readCookies(request.headers.cookie, http.cookies))
  return isVerifiable(sent) ? sent : { access: [], refresh: [] }
}

/**
 * Emits the event `duplicate` if cookies do not count because several of one name came. It is emitted once for each
 * request, however many guards the request passes.
 *
 * @returns whether that may be the reason for a missing token
 */
export function reportDuplicates(context: Context, http: HttpSettings, request: HttpRequest): boolean {
  const choice = cookieTokens(context, http, request)
  if (choice.isRefused && !http.exchanges.of(request).hasReportedDuplicates) {
    http.exchanges.of(request).hasReportedDuplicates = true
    context.emit({ type: 'refused', credential: 'cookie', reason: 'duplicate' })
  }
  return choice.isRefused
}

/** Chooses among duplicate cookies once for each `Cookie` header, however many guards the request passes. */
function chosenOnce(context: Context, http: HttpSettings, request: HttpRequest): Choice {
  const { cookie } = request.headers
  const exchange = http.exchanges.of(request)
  if (exchange.choice === undefined || exchange.choice.cookie !== cookie) {
    exchange.choice = { cookie, choice: choose(context, different(readCookies(cookie, http.cookies))) }
  }
  return exchange.choice.choice
}

function different({ access, refresh }: SentTokens): SentTokens {
  return { access: [...new Set(access)], refresh: [...new Set(refresh)] }
}
