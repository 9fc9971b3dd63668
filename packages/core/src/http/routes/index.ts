import type { Context } from '../../context.js'
import { isTokenError } from '../../is-token-error.js'
import type { HttpSettings, RouteName } from '../options.js'
import { noStore, refusalResponse } from '../response/answers.js'
import type { RawResponse } from '../response/headers.js'
import { setRefusalHeaders } from '../response/refusal-headers.js'
import type { HttpRequest, HttpResponse } from '../types.js'
import type { Handler } from './handler.js'
import { handleJwks } from './jwks.js'
import { handleLogout, handleLogoutAll } from './logout.js'
import { handleRefresh } from './refresh.js'
import { handleRevoke } from './revoke.js'
import { schemas } from './schemas.js'
import { handleDelete, handleList } from './sessions.js'

/**
 * A token route. An adapter registers it at `path` for every method, because the route itself returns 405 for a wrong
 * one.
 *
 * @example
 * ```ts
 * for (const route of layer.routes) {
 *   app.all(route.hasSid ? `${route.path}/:sid` : route.path, (request, response) => serve(route, request, response))
 * }
 * ```
 */
export interface Route {
  readonly name: RouteName
  /** The method that the route supports (GET includes HEAD). Other methods return 405. */
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** The full path, with the prefix. */
  readonly path: string
  /** Whether one more segment follows `path`: the `sid` of a session. */
  readonly hasSid: boolean
  /** The `config` of the option `routes`, for the framework's route. */
  readonly config: object
  /** Documentation only: summary, body and responses, in the form of Fastify's route schemas. It validates nothing. */
  readonly schema: object
  /** Resolves to the response, also if the request is refused. Rejects only for a fault of the program. */
  handle(request: HttpRequest, response: RawResponse, sid?: string): Promise<HttpResponse>
}

interface Definition extends Pick<Route, 'method' | 'path'> {
  readonly handler: Handler
  readonly hasSid?: true
  /** Whether the route ignores `prefix`. */
  readonly atRoot?: true
}

const definitions: Readonly<Record<RouteName, Definition>> = {
  refresh: { method: 'POST', path: '/refresh', handler: handleRefresh },
  logout: { method: 'POST', path: '/logout', handler: handleLogout },
  logoutAll: { method: 'POST', path: '/logout-all', handler: handleLogoutAll },
  revoke: { method: 'POST', path: '/revoke', handler: handleRevoke },
  sessions: { method: 'GET', path: '/sessions', handler: handleList },
  session: { method: 'DELETE', path: '/sessions', handler: handleDelete, hasSid: true },
  jwks: { method: 'GET', path: '/.well-known/jwks.json', handler: handleJwks, atRoot: true },
}

/** Creates the routes that the options do not turn off. `jwks` requires `signingKeys`: other keys are secret. */
export function createRoutes(context: Context, http: HttpSettings): Route[] {
  const entries = Object.entries(definitions) as [RouteName, Definition][]
  return entries.flatMap(([name, definition]) => {
    const { method, hasSid = false } = definition
    const path = definition.atRoot ? definition.path : `${http.prefix}${definition.path}`
    const isOff = name === 'jwks' && context.settings.signingKeys === undefined
    const option = isOff ? false : (http.routes[name] ?? {})
    const handle: Route['handle'] = async (request, response, sid) => {
      const answered = await answer(context, http, request, definition, sid)
      if (answered.status >= 400) {
        // Lets pages of trusted origins read the headers of the refusal.
        setRefusalHeaders(http, http.exchanges.of(request, response), request, response, answered)
      }
      return answered
    }
    return option === false
      ? []
      : [
          {
            name,
            method,
            path,
            hasSid,
            config: option.config ?? {},
            schema: schemas[name],
            handle,
          },
        ]
  })
}

/**
 * Returns a function that finds the route of a path, for adapters that do not use the framework's router. Paths are
 * compared exactly.
 *
 * @example
 * ```ts
 * const find = findRoute(layer.routes)
 * const found = find('/auth/refresh')
 * ```
 */
export function findRoute(
  routes: readonly Route[],
): (path: string) => { route: Route; sid?: string } | undefined {
  const exact = new Map(routes.filter(({ hasSid }) => !hasSid).map(route => [route.path, route]))
  const parents = routes.filter(({ hasSid }) => hasSid)
  return path => {
    const route = exact.get(path)
    if (route !== undefined) {
      return { route }
    }
    for (const parent of parents) {
      // Most requests are not for our routes, and cost only this comparison.
      if (path.startsWith(parent.path) && path[parent.path.length] === '/') {
        const sid = path.slice(parent.path.length + 1)
        return sid === '' || sid.includes('/') ? undefined : { route: parent, sid }
      }
    }
    return undefined
  }
}

async function answer(
  context: Context,
  http: HttpSettings,
  request: HttpRequest,
  { method, handler }: Definition,
  sid: string | undefined,
): Promise<HttpResponse> {
  const allowed = method === 'GET' ? ['GET', 'HEAD'] : [method]
  if (!allowed.includes(request.method ?? '')) {
    const body = { error: 'invalid_request', error_description: `This route takes ${method}` }
    return { status: 405, headers: { ...noStore, allow: allowed.join(', ') }, body }
  }
  try {
    // When a process starts it does not know what others have revoked. Revoked tokens must not list or end sessions.
    if (context.feed?.loading !== undefined) {
      await context.feed.loading
    }
    return await handler(context, http, request, sid)
  } catch (error) {
    if (isTokenError(error)) {
      return refusalResponse(error)
    }
    throw error
  }
}
