import type { Context } from '../../context.js'
import type { HttpSettings } from '../options.js'
import { readCookies, readSingle, type SentTokens } from '../response/cookie.js'
import type { HttpRequest } from '../types.js'
import { type Choice, choose, isVerifiable } from './duplicate-cookies.js'

/** The tokens that count when cookies authenticate a request. */
export function cookieTokens(context: Context, http: HttpSettings, request: HttpRequest): Choice {
  const single = readSingle(request.headers.cookie, http.cookies)
  if (single !== undefined) {
    // An empty cookie is no cookie.
    return {
      accessToken: single.access || undefined,
      refreshToken: single.refresh || undefined,
      isRefused: false,
    }
  }
  return chosenOnce(context, http, request)
}

/**
 * All tokens in our cookies, for log-outs and logins: anyone who holds a token of a session may end that session.
 *
 * @returns no token when a name came so often that its tokens are not verified
 */
export function allCookieTokens(http: HttpSettings, request: HttpRequest): SentTokens {
  const sent = different(readCookies(request.headers.cookie, http.cookies))
  return isVerifiable(sent) ? sent : { access: [], refresh: [] }
}

/**
 * Emits the event of cookies that do not count because several of one name came: once for each request, however many
 * guards it passes.
 *
 * @returns whether that may be why a token is missing
 */
export function reportDuplicates(context: Context, http: HttpSettings, request: HttpRequest): boolean {
  const choice = cookieTokens(context, http, request)
  if (choice.isRefused && !http.exchanges.of(request).hasReportedDuplicates) {
    http.exchanges.of(request).hasReportedDuplicates = true
    context.emit({ type: 'refused', credential: 'cookie', reason: 'duplicate' })
  }
  return choice.isRefused
}

/** A request verifies its tokens once, however many guards it passes. */
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
