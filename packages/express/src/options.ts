import {
  checkMembers,
  type HttpLayerOptions,
  httpLayerOptionNames,
  invalid,
  type RouteName,
  routeNames,
} from '@tokenratchet/core/http'
import type { User } from './user-claims.js'

/** What `tokenratchet` takes. An invalid value is a `TypeError` that names the option. */
export interface TokenratchetOptions extends Omit<HttpLayerOptions<User>, 'routes'> {
  /** `false` leaves a route out. */
  routes?: Partial<Record<RouteName, false | undefined>> | undefined
}

/**
 * Reads the options once; what they are is for the core to check, but for what Fastify's routes take: in Express a
 * middleware in front of the route does that.
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
