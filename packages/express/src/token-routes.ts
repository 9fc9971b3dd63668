import type { ServerResponse } from 'node:http'
import { findRoute, type Seam } from '@tokenratchet/core/http'
import type { ExpressRequest } from './request.js'
import type { User } from './user-claims.js'

/** A mount path with parameters has as many values as clients like. */
const maxMounts = 16

type Found = ReturnType<ReturnType<typeof findRoute>>

/** The token routes: they answer where the middleware is mounted, and nowhere else. */
export class TokenRoutes {
  readonly #seam: Seam<User>
  readonly #byPath: (path: string) => Found
  /** A property of the response, as every request pays for it: a WeakSet costs many times as much. */
  readonly #reached = Symbol('tokenratchet.reached')
  /** Some of the paths below which the middleware has been reached. */
  readonly #mounts = new Set<string>()
  #isTaken = false
  #hasWarned = false

  constructor(seam: Seam<User>) {
    this.#seam = seam
    this.#byPath = findRoute(seam.routes)
  }

  /** The application has asked for the middleware, so it means to mount it. */
  take(): void {
    this.#isTaken = true
  }

  /** The middleware has this response now. */
  reach({ baseUrl = '' }: ExpressRequest, response: ServerResponse): void {
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
   * For a guard: warns once if it stands in front of the middleware and sees a request for a token route. It guards that
   * request like any other, so an expired session can't refresh.
   */
  warnInFront(request: ExpressRequest, response: ServerResponse): void {
    const { method, baseUrl = '', path = '', route } = request
    // A guard of a route belongs to a handler of the application.
    if (this.#hasWarned || !this.#isTaken || route !== undefined || this.#reached in response) {
      return
    }
    if (this.#isTokenRoute(baseUrl + path)) {
      this.#hasWarned = true
      this.#seam.warn(
        'guard_before_middleware',
        `A guard runs before auth.middleware for ${method} ${baseUrl}${path}, so it refuses expired sessions that want ` +
          'to refresh or log out. Move app.use(auth.middleware) above app.use(auth.authenticate)',
      )
    }
  }

  #isTokenRoute(path: string): boolean {
    if (this.#mounts.size > 0) {
      return [...this.#mounts].some(
        mount => path.startsWith(mount) && this.#byPath(path.slice(mount.length)) !== undefined,
      )
    }
    // The guard has kept every request from the middleware so far: where that is mounted, nobody knows yet.
    return this.#seam.routes.some(route => path.endsWith(route.path))
  }
}
