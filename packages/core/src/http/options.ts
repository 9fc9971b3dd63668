import { checkMembers } from '../check.js'
import { type Duration, toSeconds } from '../duration.js'
import type { TokensOptions } from '../options.js'
import { checkTransport, type Transport } from '../refresh-token/token.js'
import { type CookieOptions, type CookieSettings, cookieSettings } from './cookie-options.js'
import { parseUrl } from './origin.js'

/** The routes that come with the plugin. */
export type RouteName = 'refresh' | 'logout' | 'logoutAll' | 'revoke' | 'sessions' | 'session' | 'jwks'

/** `false` leaves a route out; `config` is handed to the framework's route (rate limits and the like). */
export type RouteOption = false | { config?: object | undefined } | undefined

/** What adapters take beside the options of `createTokens`. */
export interface HttpOptions {
  /** Where the token routes are. Default `/auth`. */
  prefix?: string
  /** How tokens travel when a login does not say: default `cookie`. */
  transport?: Transport | undefined
  cookie?: CookieOptions | undefined
  /** Origins such as `https://app.example.com` whose pages may send requests that change something. */
  trustedOrigins?: readonly string[] | undefined
  /**
   * Guards refresh the session of a request whose cookies bring a refresh token and no good access token, so that pages
   * rendered by the server stay logged in. Default false. Needs a `recoveryWindow` above 0.
   */
  autoRefresh?: boolean | undefined
  routes?: Partial<Record<RouteName, RouteOption>> | undefined
}

/** Everything an adapter takes. */
export type SeamOptions<C extends object = object> = TokensOptions<C> & HttpOptions

export interface HttpSettings {
  readonly prefix: string
  readonly transport: Transport
  readonly cookies: CookieSettings
  readonly trustedOrigins: ReadonlySet<string>
  readonly autoRefresh: boolean
  readonly routes: Readonly<Partial<Record<RouteName, RouteOption>>>
}

/**
 * Takes the options of HTTP out of an adapter's, and checks them; what is left is for the core to check.
 *
 * @throws TypeError that names the option
 */
export function httpSettings<C extends object>(
  options: SeamOptions<C>,
): { http: HttpSettings; rest: TokensOptions<C> } {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('options must be an object')
  }
  const {
    prefix = '/auth',
    transport = 'cookie',
    cookie,
    trustedOrigins = [],
    autoRefresh = false,
    routes = {},
    ...rest
  } = options
  const http = {
    prefix: checkPrefix(prefix),
    transport: checkTransport(transport),
    cookies: cookieSettings(cookie),
    trustedOrigins: checkOrigins(trustedOrigins),
    autoRefresh: checkAutoRefresh(autoRefresh, rest.recoveryWindow),
    routes: checkRoutes(routes),
  }
  return { http, rest: rest as TokensOptions<C> }
}

/** Requests of one page come at once, each with the same old cookie: strict rotation would end the session. */
function checkAutoRefresh(autoRefresh: unknown, recoveryWindow: Duration | undefined): boolean {
  if (typeof autoRefresh !== 'boolean') {
    throw new TypeError('autoRefresh must be true or false')
  }
  if (autoRefresh && recoveryWindow !== undefined && toSeconds('recoveryWindow', recoveryWindow, 0) === 0) {
    throw new TypeError('autoRefresh needs a recoveryWindow above 0')
  }
  return autoRefresh
}

function checkPrefix(prefix: unknown): string {
  if (typeof prefix !== 'string' || !/^(\/(?!\.\.?(\/|$))[A-Za-z0-9\-._~]+)+$/.test(prefix)) {
    throw new TypeError("prefix must be a path such as '/auth', without a slash at its end")
  }
  return prefix
}

function checkOrigins(origins: unknown): ReadonlySet<string> {
  if (!Array.isArray(origins)) {
    throw new TypeError('trustedOrigins must be a list of origins')
  }
  for (const origin of origins) {
    if (!isOrigin(origin)) {
      throw new TypeError(
        "trustedOrigins must be exact, such as 'https://app.example.com': scheme, host, port if unusual",
      )
    }
  }
  return new Set(origins as string[])
}

/** As browsers send it; of a scheme that URL has no origins for, such as an app's own, by its form. */
function isOrigin(origin: unknown): boolean {
  if (typeof origin !== 'string' || !/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*A-Z]+$/.test(origin)) {
    return false
  }
  return !/^(https?|wss?|ftp):/.test(origin) || parseUrl(origin)?.origin === origin
}

const routeNames: Readonly<Record<RouteName, true>> = {
  refresh: true,
  logout: true,
  logoutAll: true,
  revoke: true,
  sessions: true,
  session: true,
  jwks: true,
}

function checkRoutes(routes: unknown): HttpSettings['routes'] {
  checkMembers('routes', routes, Object.keys(routeNames), 'routes.')
  for (const [name, route] of Object.entries(routes as HttpSettings['routes'])) {
    if (route !== false && route !== undefined) {
      checkMembers(`routes.${name}`, route, ['config'], `routes.${name}.`)
      if (route.config !== undefined) {
        checkMembers(`routes.${name}.config`, route.config, Object.keys(route.config))
      }
    }
  }
  return routes as HttpSettings['routes']
}
