import {
  checkMembers,
  type HttpLayerOptions,
  httpLayerOptionNames,
  invalid,
  type RouteName,
  routeNames,
} from '@tokenratchet/core/http'
import type { User } from './user-claims.js'

/**
 * The options of `tokenratchet`. An invalid value throws a `TypeError` that names the option.
 *
 * @example
 * ```ts
 * const options: TokenratchetOptions = { secret: process.env.TOKEN_SECRET, routes: { logout: false } }
 * ```
 */
export interface TokenratchetOptions extends Omit<HttpLayerOptions<User>, 'routes'> {
  /**
   * Routes that are left out: set each to `false`.
   *
   * @example { logout: false }
   */
  routes?: Partial<Record<RouteName, false | undefined>> | undefined
}

/**
 * Reads the options once. The core checks their values. Route options that only Fastify has are refused here: in
 * Express, a middleware in front of the route does the same.
 *
 * @throws TypeError that names the option
 */
export function readOptions(options: unknown): HttpLayerOptions<User> {
  const members = checkMembers('options', options, httpLayerOptionNames)
  const { routes = {} } = members
  const each = checkMembers('routes', routes, routeNames, 'routes.')
  for (const [name, route] of Object.entries(each)) {
    if (route !== false && route !== undefined) {
      throw invalid(
        `routes.${name}`,
        'false or left out; put its middleware before app.use(auth.middleware)',
        route,
      )
    }
  }
  return { ...members, routes: each } as unknown as HttpLayerOptions<User>
}
