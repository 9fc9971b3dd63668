import { type TokensOptions, tokensOptionNames } from '../options.js'
import { checkTransport, type Transport } from '../refresh-token/token.js'
import { checkBoolean, checkMembers, checkObject, copyList, invalid, reading } from '../values/check.js'
import { toSeconds } from '../values/duration.js'
import { shown } from '../values/kind.js'
import { type CookieOptions, type CookieSettings, cookieSettings } from './cookie-options.js'
import type { CookieWarnings } from './cookie-warnings.js'
import type { Exchanges } from './exchange.js'
import { parseUrl } from './request/origin.js'

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
export type HttpLayerOptions<C extends object = object> = TokensOptions<C> & HttpOptions

/** The checked options, and what the HTTP layer of one application remembers. */
export interface HttpSettings extends CheckedHttpOptions {
  readonly warnings: CookieWarnings
  readonly exchanges: Exchanges
}

/** Options after the check. */
export interface CheckedHttpOptions {
  readonly prefix: string
  readonly transport: Transport
  readonly cookies: CookieSettings
  readonly trustedOrigins: ReadonlySet<string>
  readonly autoRefresh: boolean
  readonly routes: Readonly<Partial<Record<RouteName, RouteOption>>>
}

const names: Readonly<Record<keyof HttpOptions, true>> = {
  prefix: true,
  transport: true,
  cookie: true,
  trustedOrigins: true,
  autoRefresh: true,
  routes: true,
}

/** Every option of an adapter that is not its own. */
export const httpLayerOptionNames: readonly string[] = [...tokensOptionNames, ...Object.keys(names)]

/**
 * Takes the options of HTTP out of an adapter's, and checks them; what is left is for the core to check.
 *
 * @throws TypeError that names the option
 */
export function httpSettings<C extends object>(
  options: HttpLayerOptions<C>,
): { http: CheckedHttpOptions; rest: TokensOptions<C> } {
  const members = checkMembers('options', options, httpLayerOptionNames)
  const { prefix = '/auth', transport = 'cookie', cookie, trustedOrigins = [], ...others } = members
  const { autoRefresh = false, routes = {}, ...rest } = others
  const http = {
    prefix: checkPrefix(prefix),
    transport: checkTransport(transport),
    cookies: cookieSettings(cookie),
    trustedOrigins: checkOrigins(trustedOrigins),
    autoRefresh: checkAutoRefresh(autoRefresh, rest['recoveryWindow']),
    routes: checkRoutes(routes),
  }
  return { http, rest: rest as unknown as TokensOptions<C> }
}

/** Requests of one page come at once, each with the same old cookie: strict rotation would end the session. */
function checkAutoRefresh(autoRefresh: unknown, recoveryWindow: unknown): boolean {
  const isOn = checkBoolean('autoRefresh', autoRefresh)
  if (isOn && recoveryWindow !== undefined && toSeconds('recoveryWindow', recoveryWindow, 0) === 0) {
    throw new TypeError('autoRefresh needs a recoveryWindow above 0: set one, or leave autoRefresh out')
  }
  return isOn
}

function checkPrefix(prefix: unknown): string {
  if (typeof prefix !== 'string' || !/^(\/(?!\.\.?(\/|$))[A-Za-z0-9\-._~]+)+$/.test(prefix)) {
    throw invalid('prefix', "a path such as '/auth', without a slash at its end", prefix)
  }
  return prefix
}

function checkOrigins(origins: unknown): ReadonlySet<string> {
  const list = copyList('trustedOrigins', "a list of origins such as 'https://app.example.com'", origins)
  const wrong = list.findIndex(origin => !isOrigin(origin))
  if (wrong !== -1) {
    throw new TypeError(
      `trustedOrigins[${wrong}] must be exact, such as 'https://app.example.com': scheme, host, port if unusual (got ${shown(list[wrong])})`,
    )
  }
  return new Set(list as string[])
}

/** As browsers send it; of a scheme that URL has no origins for, such as an app's own, by its form. */
function isOrigin(origin: unknown): boolean {
  if (typeof origin !== 'string' || !/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*A-Z]+$/.test(origin)) {
    return false
  }
  return !/^(https?|wss?|ftp):/.test(origin) || parseUrl(origin)?.origin === origin
}

const isRouteName: Readonly<Record<RouteName, true>> = {
  refresh: true,
  logout: true,
  logoutAll: true,
  revoke: true,
  sessions: true,
  session: true,
  jwks: true,
}

/** The routes that come with the plugin. */
export const routeNames: readonly RouteName[] = Object.keys(isRouteName) as RouteName[]

function checkRoutes(routes: unknown): HttpSettings['routes'] {
  const members = checkMembers('routes', routes, routeNames, 'routes.')
  return Object.fromEntries(
    Object.entries(members).map(([name, route]) => [name, checkRoute(`routes.${name}`, route)]),
  )
}

function checkRoute(name: string, route: unknown): RouteOption {
  if (route === false || route === undefined) {
    return route
  }
  if (typeof route !== 'object' || route === null) {
    throw invalid(name, 'false, to leave it out, or { config }', route)
  }
  const { config } = checkMembers(name, route, ['config'], `${name}.`)
  return config === undefined ? {} : { config: checkConfig(`${name}.config`, config) }
}

/** It is the framework's, and may have any members, symbols too. */
function checkConfig(name: string, config: unknown): object {
  const members = checkObject(name, config)
  return reading(name, () => ({ ...members }))
}
