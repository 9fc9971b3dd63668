import type { ServerResponse } from 'node:http'
import { findRoute, type HttpLayer } from '@tokenratchet/core/http'
import type { ExpressRequest } from './request.js'
import type { User } from './user-claims.js'

type Found = ReturnType<ReturnType<typeof findRoute>>

/** A mount path with parameters has as many values as clients like. */
const maxMounts = 16

/** The token routes: they answer where the middleware is mounted, and nowhere else. */
export class TokenRoutes {
  readonly #layer: HttpLayer<User>
  readonly #byPath: (path: string) => Found
  /** A property of the response, as every request pays for it: a property costs less than a WeakSet does. */
  readonly #reached = Symbol('tokenratchet.reached')
  /** Some of the paths below which the middleware has been reached. */
  readonly #mounts = new Set<string>()
  #isRequested = false
  #hasWarned = false

  constructor(layer: HttpLayer<User>) {
    this.#layer = layer
    this.#byPath = findRoute(layer.routes)
  }

  /** The application has asked for the middleware, so it means to mount it. */
  markRequested(): void {
    this.#isRequested = true
  }

  /** The middleware handles this response now. */
  markReached({ baseUrl = '' }: ExpressRequest, response: ServerResponse): void {
    if (this.#mounts.size < maxMounts) {
      this.#mounts.add(baseUrl)
    }
    ;(response as unknown as Record<symbol, true>)[this.#reached] = true
  }

  /** The route that a path below the mount path names. OPTIONS is left to the application, for cors. */
  find({ method, path = '' }: ExpressRequest): Found {
    return method === 'OPTIONS' ? undefined : this.#byPath(path)
  }

  /**
   * For a guard that refuses a request: warns once if it stands in front of the middleware and the request is for a token
   * route. Then expired sessions can't refresh.
   */
  warnInFront(request: ExpressRequest, response: ServerResponse, guard: unknown): void {
    const { method, baseUrl = '', path = '' } = request
    // A guard of a route belongs to a handler of the application.
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
    // The mount path is not known yet. A guard of the whole application keeps every request from the middleware.
    return baseUrl === '' && this.#layer.routes.some(route => full.endsWith(route.path))
  }
}

/** Whether a handler is one of the route that has the request: `app.get(path, handler)`. */
export function isOfRoute({ route }: ExpressRequest, handler: unknown): boolean {
  return route?.stack?.some(({ handle }) => handle === handler) ?? false
}
