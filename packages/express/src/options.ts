import type { RouteName, SeamOptions } from '@tokenratchet/core/http'
import type { User } from './user-claims.js'

/** What `tokenratchet` takes. What makes no sense is a `TypeError` that names the option. */
export interface TokenratchetOptions extends Omit<SeamOptions<User>, 'routes'> {
  /** `false` leaves a route out. */
  routes?: Partial<Record<RouteName, false | undefined>> | undefined
}

/** @throws TypeError for what other frameworks take: here a middleware in front of the route does it */
export function checkRoutes(routes: TokenratchetOptions['routes']): void {
  for (const [name, route] of Object.entries(routes ?? {})) {
    if (route !== false && route !== undefined) {
      throw new TypeError(
        `routes.${name} must be false or left out; put middleware of its own before app.use(auth.middleware)`,
      )
    }
  }
}
