import type { HttpRequest, Seam } from '@tokenratchet/core/http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { seamRequest } from './request.js'

type Done = (error?: Error) => void

/** What a route says by `config.auth`; anything else than these is refused at boot, and guarded. */
type Auth = boolean | 'optional' | undefined

export type Hook = (request: FastifyRequest, reply: FastifyReply, done: Done) => void

/** As a hook with `done`, or without it as a function to await. */
export interface Authenticate {
  (request: FastifyRequest, reply: FastifyReply, done: Done): void
  (request: FastifyRequest, reply: FastifyReply): Promise<void>
}

/** The hook of every route: does what the route's `config.auth` says. */
export function guardRoutes(seam: Seam, decoratorName: string, global: boolean): Hook {
  const required = identify(decoratorName, request => seam.guard(request))
  const optional = identify(decoratorName, request => seam.guardOptional(request))
  return (request, _reply, done) => {
    const auth = authOf(request)
    if (auth === false || (auth === undefined && !(global && isGuardedByDefault(request)))) {
      setNobody(request, decoratorName)
      done()
    } else {
      done(auth === 'optional' ? optional(request) : required(request))
    }
  }
}

/** In the config of the routes of the seam: a hook of the whole app must not keep an expired session from a refresh. */
export const tokenRoute: unique symbol = Symbol('tokenratchet.route')

/** `app.authenticate`: refuses whatever else the route's config says. */
export function authenticate(seam: Seam, decoratorName: string): Authenticate {
  const required = identify(decoratorName, request => seam.guard(request))
  return ((request: FastifyRequest, _reply: FastifyReply, done?: Done) => {
    const error = tokenRoute in request.routeOptions.config ? undefined : required(request)
    if (done !== undefined) {
      return done(error)
    }
    return error === undefined ? Promise.resolve() : Promise.reject(error)
  }) as Authenticate
}

/** Sets who sends the request, or answers why not. */
function identify(
  decoratorName: string,
  guard: (request: HttpRequest) => object | null,
): (request: FastifyRequest) => Error | undefined {
  return request => {
    try {
      ;(request as unknown as Record<string, unknown>)[decoratorName] = guard(seamRequest(request))
      return undefined
    } catch (error) {
      return error as Error
    }
  }
}

/** Requests of scopes that are older than the plugin lack what it gave `request`; one of their own stays. */
function setNobody(request: FastifyRequest, decoratorName: string): void {
  const properties = request as unknown as Record<string, unknown>
  properties[decoratorName] ??= null
}

function authOf(request: FastifyRequest): Auth {
  return (request.routeOptions.config as { auth?: Auth }).auth
}

/**
 * What `global` leaves alone: a 404 tells nothing, and a browser sends CORS preflights without credentials. Those go to
 * routes of OPTIONS alone, such as that of @fastify/cors: a route for all methods would run its handler.
 */
function isGuardedByDefault(request: FastifyRequest): boolean {
  const { origin, 'access-control-request-method': method } = request.headers
  const isPreflight =
    request.routeOptions.method === 'OPTIONS' && origin !== undefined && method !== undefined
  return !request.is404 && !isPreflight
}
