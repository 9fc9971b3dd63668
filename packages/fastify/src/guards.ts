import { promisify } from 'node:util'
import { type Auth, checkAuth, type HttpLayer, reading } from '@tokenratchet/core/http'
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { AdaptedRequest } from './request.js'

type Done = (error?: Error) => void

/** The value of a route's `config.auth`. */
type RouteAuth = boolean | Auth | undefined

export type Hook = (request: FastifyRequest, reply: FastifyReply, done: Done) => void

/**
 * The type of `app.authenticate`: a hook if it is called with `done`, otherwise a function to await.
 *
 * @example
 * ```ts
 * await app.authenticate(request, reply)
 * ```
 */
export interface Authenticate {
  (request: FastifyRequestLike, reply: FastifyReplyLike, done: Done): void
  (request: FastifyRequestLike, reply: FastifyReplyLike): Promise<void>
}

/** A `FastifyRequest` of any server (http, https, http2), logger and type provider. No generic type covers them all. */
interface FastifyRequestLike {
  readonly raw: object
  readonly host: string
  readonly is404: boolean
  readonly routeOptions: object
}

/** A `FastifyReply` of any server. */
interface FastifyReplyLike {
  readonly raw: object
  readonly sent: boolean
}

/** Creates the hook of every route. It guards the route as its `config.auth` requires. */
export function guardRoutes(layer: HttpLayer, decoratorName: string, global: boolean): Hook {
  const identify = identifier(layer, decoratorName)
  return (request, reply, done) => {
    let said: RouteAuth
    try {
      said = authOf(request)
    } catch (error) {
      done(error as TypeError)
      return
    }
    const auth = said ?? (global && isGuardedByDefault(request))
    if (auth === false) {
      setNobody(request, decoratorName)
      done()
    } else {
      identify(request, reply, auth, done)
    }
  }
}

/** Marks the token routes in their config. They must stay open to a hook of the whole app, or nobody could refresh. */
export const tokenRoute: unique symbol = Symbol('tokenratchet.route')

/** Creates `app.authenticate`, which requires a valid access token whatever `config.auth` of the route is. */
export function authenticate(layer: HttpLayer, decoratorName: string): Authenticate {
  const identify = identifier(layer, decoratorName)
  const hook: Hook = (request, reply, done) => {
    if (tokenRoute in request.routeOptions.config) {
      done()
    } else {
      identify(request, reply, true, done)
    }
  }
  return ((request?: FastifyRequest, reply?: FastifyReply, done?: Done) => {
    if (request === undefined || reply === undefined) {
      throw new TypeError(
        'pass app.authenticate itself, without calling it: { onRequest: app.authenticate }. In a handler: await app.authenticate(request, reply)',
      )
    }
    return done === undefined ? promisify(hook)(request, reply) : hook(request, reply, done)
  }) as Authenticate
}

/** Sets the claims on the request, or passes the error of a refusal to `done`. */
function identifier(
  layer: HttpLayer,
  decoratorName: string,
): (request: FastifyRequest, reply: FastifyReply, auth: Auth, done: Done) => void {
  return (request, reply, auth, done) =>
    layer.identify(new AdaptedRequest(request), reply.raw, auth, (error, user) => {
      if (error === undefined) {
        ;(request as unknown as Record<string, unknown>)[decoratorName] = user
      }
      done(error)
    })
}

/** Requests of scopes older than the plugin lack its decorator, so it is set here. A value of their own is kept. */
function setNobody(request: FastifyRequest, decoratorName: string): void {
  const properties = request as unknown as Record<string, unknown>
  properties[decoratorName] ??= null
}

const checked = new WeakMap<object, RouteAuth>()

/**
 * Returns the route's `config.auth`, which is checked at the first request too, and refuses the request if it is
 * invalid. Routes older than the plugin, as after a registration without `await`, skip the check at boot.
 */
function authOf({ routeOptions: { config, url } }: FastifyRequest): RouteAuth {
  if (!checked.has(config)) {
    checked.set(config, checkedAuth(`${url}`, config))
  }
  return checked.get(config)
}

/**
 * Refuses a route at boot whose invalid or misplaced `auth` would leave it PUBLIC.
 *
 * @throws TypeError that names the route and what is wrong
 */
export function checkRoute({ url, config, ...others }: RouteOptions): void {
  const auth = checkedAuth(url, config)
  const misplaced = 'auth' in others ? others.auth : undefined
  // A string or a function may be an option of another plugin.
  const isOurs = ['boolean', 'object'].includes(typeof misplaced) || misplaced === 'optional'
  if (isOurs && auth === undefined) {
    throw new TypeError(
      `Route ${url} would be PUBLIC: Fastify ignores \`auth\` outside \`config\`. Write { config: { auth: ... } }`,
    )
  }
}

/** @throws TypeError that names the route and what is wrong */
function checkedAuth(url: string, config: { auth?: unknown } | undefined): RouteAuth {
  const auth = reading(`config.auth of ${url}`, () => config?.auth)
  return auth === undefined || auth === false ? auth : checkAuth(`config.auth of ${url}`, auth)
}

/**
 * Returns whether `global` guards a request. It does not guard a 404, which reveals nothing, nor a CORS preflight,
 * which browsers send without credentials. A preflight passes only on a route for OPTIONS alone, such as the route of
 * the plugin @fastify/cors. A route for all methods would run its handler without a guard.
 */
function isGuardedByDefault(request: FastifyRequest): boolean {
  const { origin, 'access-control-request-method': method } = request.headers
  const isPreflight =
    request.routeOptions.method === 'OPTIONS' && origin !== undefined && method !== undefined
  return !request.is404 && !isPreflight
}
