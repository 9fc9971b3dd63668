import type { Seam } from '@tokenratchet/core/http'
import type { FastifyRequest, onRequestHookHandler } from 'fastify'

export type Auth = boolean | 'optional'

/** The hook of every route: does what the route's `config.auth` says. */
export function guardRoutes(seam: Seam, decoratorName: string, global: boolean): onRequestHookHandler {
  const required = guardAlways(seam, decoratorName)
  const optional = guardOptionally(seam, decoratorName)
  return function tokenratchetGuard(request, reply, done) {
    const { auth } = request.routeOptions.config as { auth?: Auth }
    if (auth === false || (auth === undefined && !(global && isGuardedByDefault(request)))) {
      done()
    } else if (auth === 'optional') {
      optional.call(this, request, reply, done)
    } else {
      required.call(this, request, reply, done)
    }
  }
}

export function guardAlways(seam: Seam, decoratorName: string): onRequestHookHandler {
  return (request, _reply, done) => {
    try {
      setUser(request, decoratorName, seam.guard(request.raw))
    } catch (error) {
      done(error as Error)
      return
    }
    done()
  }
}

function guardOptionally(seam: Seam, decoratorName: string): onRequestHookHandler {
  return (request, _reply, done) => {
    try {
      setUser(request, decoratorName, seam.guardOptional(request.raw))
    } catch (error) {
      done(error as Error)
      return
    }
    done()
  }
}

/** What `global` leaves alone: a 404 tells nothing, and a browser sends CORS preflights without credentials. */
function isGuardedByDefault(request: FastifyRequest): boolean {
  const { origin, 'access-control-request-method': method } = request.headers
  const isPreflight = request.method === 'OPTIONS' && origin !== undefined && method !== undefined
  return !request.is404 && !isPreflight
}

function setUser(request: FastifyRequest, decoratorName: string, user: object | null): void {
  ;(request as unknown as Record<string, unknown>)[decoratorName] = user
}
