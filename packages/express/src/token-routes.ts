import type { ServerResponse } from 'node:http'
import { findRoute, type HttpLayer } from '@tokenratchet/core/http'
import type { ExpressRequest } from './request.js'
import type { User } from './user-claims.js'

type Found = ReturnType<ReturnType<typeof findRoute>>

/** The maximum of mount paths to remember. With parameters in the path, clients could create any number of them. */
const maxMounts = 16

/** The token routes. They answer only below the paths where the middleware is mounted. */
export class TokenRoutes {
  readonly #layer: HttpLayer<User>
  readonly #byPath: (path: string) => Found
  /** A property that marks responses. Every request pays for it, and a property costs less than a WeakSet. */
  readonly #reached = Symbol('tokenratchet.reached')
  /** Some of the paths below which the middleware has been reached. */
  readonly #mounts = new Set<string>()
  #isRequested = false
  #hasWarned = false

  constructor(layer: HttpLayer<User>) {
    this.#layer = layer
    this.#byPath = findRoute(layer.routes)
  }

  /** Remembers that the application has read `auth.middleware`, so it intends to mount it. */
  markRequested(): void {
    this.#isRequested = true
  }

  /** Remembers that the middleware has handled this response, and where it is mounted. */
  markReached({ baseUrl = '' }: ExpressRequest, response: ServerResponse): void {
    if (this.#mounts.size < maxMounts) {
      this.#mounts.add(baseUrl)
    }
    ;(response as unknown as Record<symbol, true>)[this.#reached] = true
  }

  /** Returns the token route for a path below the mount path. OPTIONS is left to the application, for cors. */
  find({ method, path = '' }: ExpressRequest): Found {
    return method === 'OPTIONS' ? undefined : this.#byPath(path)
  }

  /**
   * Warns once if a guard in front of the middleware has refused a request for a token route: expired sessions can't
   * refresh then.
   */
  warnInFront(request: ExpressRequest, response: ServerResponse, guard: unknown): void {
    const { method, baseUrl = '', path = '' } = request
    // The guard of a single route protects a handler of the application, which is fine.
    if (this.#hasWarned || !this.#isRequested || this.#reached in response || isOfRoute(request, guard)) {
      return
    }
    if (this.#isTokenRoute(baseUrl, path)) {
      this.#hasWarned = true
      this.#layer.warn(
        'guard_before_middleware',
        `A guard refused ${method} ${baseUrl}${path} before auth.middleware was reached, so expired sessions can't ` +
          'refresh. Move app.use(auth.middleware) above app.use(auth.authenticate)',
      )
    }
  }

  #isTokenRoute(baseUrl: string, path: string): boolean {
    const full = baseUrl + path
    if (this.#mounts.size > 0) {
      const mounts = [...this.#mounts]
      return mounts.some(
        mount => full.startsWith(mount) && this.#byPath(full.slice(mount.length)) !== undefined,
      )
    }
    // The mount path is not known yet, because a guard of the whole application keeps every request from the
    // middleware.
    return baseUrl === '' && this.#layer.routes.some(route => full.endsWith(route.path))
  }
}

/** Returns whether a handler belongs to the route of the request, as in `app.get(path, handler)`. */
export function isOfRoute({ route }: ExpressRequest, handler: unknown): boolean {
  return route?.stack?.some(({ handle }) => handle === handler) ?? false
}
