import { type TokensOptions, tokensOptionNames } from '../options.js'
import { checkTransport, type Transport } from '../refresh-token/token.js'
import { checkBoolean, checkMembers, checkObject, copyList, invalid, reading } from '../values/check.js'
import { toSeconds } from '../values/duration.js'
import { shown } from '../values/kind.js'
import { type CookieOptions, type CookieSettings, cookieSettings } from './cookie-options.js'
import type { CookieWarnings } from './cookie-warnings.js'
import type { Exchanges } from './exchange.js'
import { parseUrl } from './request/origin.js'

/**
 * The name of a route that the plugin registers.
 *
 * @example
 * ```ts
 * const name: RouteName = 'logoutAll'
 * ```
 */
export type RouteName = 'refresh' | 'logout' | 'logoutAll' | 'revoke' | 'sessions' | 'session' | 'jwks'

/**
 * The settings of one route. `false` does not register it. `config` is passed to the framework's route, for rate limits
 * and the like.
 *
 * @example
 * ```ts
 * const refresh: RouteOption = { config: { rateLimit: { max: 30, timeWindow: '1 minute' } } }
 * ```
 */
export type RouteOption = false | { config?: object | undefined } | undefined

/**
 * The options of an adapter that are about HTTP. It takes them together with the options of `createTokens`.
 *
 * @example
 * ```ts
 * const http: HttpOptions = { prefix: '/auth', cookie: { sameSite: 'strict' }, routes: { revoke: false } }
 * ```
 */
export interface HttpOptions {
  /**
   * The path below which the token routes are registered. Default `/auth`.
   *
   * @example '/api/auth'
   */
  prefix?: string
  /**
   * How tokens travel if a login does not choose: in cookies or in bodies. Default `cookie`.
   *
   * @example 'body'
   */
  transport?: Transport | undefined
  /**
   * How cookies are set. By default they are `Secure`, `HttpOnly` and `SameSite=Lax`, with a `__Host-` name.
   *
   * @example { sameSite: 'strict' }
   */
  cookie?: CookieOptions | undefined
  /**
   * Other origins whose pages may act as the user: list only sites that you control. Their requests may change data or
   * open a socket with the user's cookies. Default: none.
   *
   * @example ['https://app.example.com']
   */
  trustedOrigins?: readonly string[] | undefined
  /**
   * Lets guards refresh a session themselves, so that users of server-rendered pages stay logged in. It applies to a
   * request whose cookies have a refresh token but no valid access token. Default false. Requires a `recoveryWindow`
   * above 0.
   *
   * @example true
   */
  autoRefresh?: boolean | undefined
  /**
   * Settings for single token routes: `false` does not register the route. Default: all are registered, `jwks` only
   * with `signingKeys`.
   *
   * @example { revoke: false, refresh: { config: { rateLimit: { max: 30 } } } }
   */
  routes?: Partial<Record<RouteName, RouteOption>> | undefined
}

/**
 * All options of an adapter that are not specific to its framework.
 *
 * @example
 * ```ts
 * const options: HttpLayerOptions = { secret: process.env.TOKEN_SECRET, prefix: '/auth' }
 * ```
 */
export type HttpLayerOptions<C extends object = object> = TokensOptions<C> & HttpOptions

/** The checked options, together with the state of one application's HTTP layer. */
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

/**
 * The names of all options that an adapter passes to the HTTP layer.
 *
 * @example
 * ```ts
 * checkMembers('options', options, [...httpLayerOptionNames, 'logLevel'])
 * ```
 */
export const httpLayerOptionNames: readonly string[] = [...tokensOptionNames, ...Object.keys(names)]

/**
 * Checks the HTTP options of an adapter, and returns its other options unchecked. The core checks those.
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

/** One page sends several requests at once, each with the same old cookie: strict rotation would end the session. */
function checkAutoRefresh(autoRefresh: unknown, recoveryWindow: unknown): boolean {
  const isOn = checkBoolean('autoRefresh', autoRefresh)
  if (isOn && recoveryWindow !== undefined && toSeconds('recoveryWindow', recoveryWindow, 0) === 0) {
    throw new TypeError(
      'autoRefresh must be false if recoveryWindow is 0 (got true: remove autoRefresh, or remove recoveryWindow)',
    )
  }
  return isOn
}

function checkPrefix(prefix: unknown): string {
  if (typeof prefix !== 'string' || !/^(\/(?!\.\.?(\/|$))[A-Za-z0-9\-._~]+)+$/.test(prefix)) {
    throw invalid('prefix', "a path such as '/auth', with no slash at the end", prefix)
  }
  return prefix
}

function checkOrigins(origins: unknown): ReadonlySet<string> {
  const list = copyList('trustedOrigins', "a list of origins such as 'https://app.example.com'", origins)
  const wrong = list.findIndex(origin => !isOrigin(origin))
  if (wrong !== -1) {
    throw new TypeError(
      `trustedOrigins[${wrong}] must be an exact origin such as 'https://app.example.com': scheme, host, and the port if it is not the default (got ${shown(list[wrong])})`,
    )
  }
  return new Set(list as string[])
}

/**
 * Whether this is an origin as browsers send it. `URL` knows no origins for other schemes, such as an app's own: there
 * only the form is checked.
 */
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

/**
 * The names of all routes that the plugin can register.
 *
 * @example
 * ```ts
 * checkMembers('routes', routes, routeNames, 'routes.')
 * ```
 */
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
    throw invalid(name, 'false, which does not register the route, or { config }', route)
  }
  const { config } = checkMembers(name, route, ['config'], `${name}.`)
  return config === undefined ? {} : { config: checkConfig(`${name}.config`, config) }
}

/** Copies a `config`, which belongs to the framework: it may have any members, symbols included. */
function checkConfig(name: string, config: unknown): object {
  const members = checkObject(name, config)
  return reading(name, () => ({ ...members }))
}
