import { promisify } from 'node:util'
import { type Auth, checkAuth, type HttpLayer, reading } from '@tokenratchet/core/http'
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { AdaptedRequest } from './request.js'

type Done = (error?: Error) => void

/** What a route says by `config.auth`. */
type RouteAuth = boolean | Auth | undefined

export type Hook = (request: FastifyRequest, reply: FastifyReply, done: Done) => void

/** As a hook with `done`, or without it as a function to await. */
export interface Authenticate {
  (request: FastifyRequestLike, reply: FastifyReplyLike, done: Done): void
  (request: FastifyRequestLike, reply: FastifyReplyLike): Promise<void>
}

/** A `FastifyRequest` of any server (http, https, http2), logger and type provider: one type has no room for all. */
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

/** The hook of every route: does what the route's `config.auth` says. */
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

/** In the config of the routes of the HTTP layer: a hook of the whole app must not keep an expired session from a refresh. */
export const tokenRoute: unique symbol = Symbol('tokenratchet.route')

/** `app.authenticate`: refuses whatever else the route's config says. */
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
        'pass app.authenticate itself, without calling it: { onRequest: app.authenticate }. In a handler await app.authenticate(request, reply)',
      )
    }
    return done === undefined ? promisify(hook)(request, reply) : hook(request, reply, done)
  }) as Authenticate
}

/** Sets who sends the request, or tells why not. */
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

/** Requests of scopes that are older than the plugin lack what it gave `request`; one of their own stays. */
function setNobody(request: FastifyRequest, decoratorName: string): void {
  const properties = request as unknown as Record<string, unknown>
  properties[decoratorName] ??= null
}

const checked = new WeakMap<object, RouteAuth>()

/**
 * Also checked at the first request, and refused if invalid: routes that are older than the plugin, as after a
 * registration that nobody awaited, skip the check at boot.
 */
function authOf({ routeOptions: { config, url } }: FastifyRequest): RouteAuth {
  if (!checked.has(config)) {
    checked.set(config, checkedAuth(`${url}`, config))
  }
  return checked.get(config)
}

/**
 * Refuses at boot what would leave a route open.
 *
 * @throws TypeError that names the route and what is wrong
 */
export function checkRoute({ url, config, ...others }: RouteOptions): void {
  const auth = checkedAuth(url, config)
  const misplaced = 'auth' in others ? others.auth : undefined
  // Text and functions may be the option of another plugin.
  const isOurs = ['boolean', 'object'].includes(typeof misplaced) || misplaced === 'optional'
  if (isOurs && auth === undefined) {
    throw new TypeError(
      `Route ${url}: \`auth\` outside \`config\` is ignored by Fastify. Write { config: { auth: ... } }`,
    )
  }
}

/** @throws TypeError that names the route and what is wrong */
function checkedAuth(url: string, config: { auth?: unknown } | undefined): RouteAuth {
  const auth = reading(`config.auth of ${url}`, () => config?.auth)
  return auth === undefined || auth === false ? auth : checkAuth(`config.auth of ${url}`, auth)
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
