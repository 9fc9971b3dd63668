import type { Context } from '../context.js'
import type { CheckedHttpOptions } from './options.js'
import { hostOf, parseUrl } from './request/origin.js'
import type { HttpRequest } from './types.js'
import type { WarnOnce } from './warn-once.js'

/** Milliseconds after a login in which a request without any cookie means that the browser kept none. */
const rightAfter = 60_000

/**
 * Detects browsers that drop our Secure cookies, which neither they nor the server would report. Each warning is
 * emitted once. It relies only on headers that browsers send by themselves: no other client loses a cookie silently.
 */
export interface CookieWarnings {
  /** Call it at a login whose response sets our cookies. */
  atLogin(request: HttpRequest): void
  /** Call it at a refresh with cookies, whether or not the request brought one. */
  atRefresh(request: HttpRequest): void
  /** Call it at a guarded request or a log-out, whatever credentials the request has. */
  atUse(request: HttpRequest): void
}

export function cookieWarnings(
  { settings }: Context,
  { cookies }: CheckedHttpOptions,
  warn: WarnOnce,
): CookieWarnings {
  /** The last login on this machine, by a browser that may have dropped its cookies. */
  let doubted: { readonly userAgent: string | undefined; readonly until: number } | undefined

  if (!cookies.isSecure) {
    return { atLogin() {}, atRefresh() {}, atUse() {} }
  }
  const atUse = (request: HttpRequest): void => {
    // True for almost all requests.
    if (doubted === undefined) {
      return
    }
    const { 'user-agent': userAgent, authorization, cookie } = request.headers
    if (userAgent !== doubted.userAgent || authorization !== undefined || !isLoopbackHost(request)) {
      return
    }
    const isLost = cookie === undefined && settings.now() < doubted.until
    doubted = undefined
    if (isLost) {
      warn('secure_cookie_on_localhost', onLocalhost)
    }
  }
  return {
    atLogin(request) {
      const page = plainPage(request)
      if (page === 'elsewhere') {
        warn('secure_cookie_over_http', overHttp)
      }
      if (page === 'loopback' && isWebKit(request)) {
        doubted = { userAgent: request.headers['user-agent'], until: settings.now() + rightAfter }
      }
    },
    atRefresh: atUse,
    atUse,
  }
}

const overHttp =
  'A browser logged in over plain http. It drops our Secure cookies, so users do not stay logged in. ' +
  'Serve the site over https, or set cookie.secure to false in development'

const onLocalhost =
  'Safari has dropped our cookies: it rejects Secure cookies that come over plain http, even on localhost. ' +
  'Set cookie.secure to false in development, or serve https'

/**
 * Tells where the page is that sent this request over plain http. `undefined`: no such page sent it. `Origin` has the
 * scheme that the browser used, whatever proxies are in between. Browsers send `Sec-Fetch-Site` over https and to
 * localhost.
 */
function plainPage({ headers }: HttpRequest): 'elsewhere' | 'loopback' | undefined {
  const { origin = '' } = headers
  const url = origin.startsWith('http://') ? parseUrl(origin) : undefined
  if (url === undefined) {
    return undefined
  }
  if (isLoopback(url.hostname)) {
    return 'loopback'
  }
  return headers['sec-fetch-site'] === undefined ? 'elsewhere' : undefined
}

function isLoopbackHost(request: HttpRequest): boolean {
  const url = parseUrl(`http://${hostOf(request)}`)
  return url !== undefined && isLoopback(url.hostname)
}

function isLoopback(hostname: string): boolean {
  return /^(.+\.)?localhost$|^127\.\d+\.\d+\.\d+$|^\[::1\]$/.test(hostname)
}

/**
 * Whether this is Safari or another WebKit browser. Chromium names Safari in its user agent too. jsdom, which runs
 * tests, names WebKit but not Safari.
 */
function isWebKit({ headers }: HttpRequest): boolean {
  const userAgent = headers['user-agent'] ?? ''
  return /AppleWebKit\/.*Safari\//.test(userAgent) && !/Chrome\/|Chromium\/|Edg\//.test(userAgent)
}
