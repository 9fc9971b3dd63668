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

/** A route of ours, for an adapter to put where it says, for every method: the answer to a wrong one is part of it. */
export interface Route {
  readonly name: RouteName
  /** The one method that does something (GET brings HEAD along); others are answered 405. */
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  /** One more segment follows `path`: the id of a session. */
  readonly hasSid: boolean
  readonly config: object
  /** For documentation: summary, body and responses, in the form of Fastify's route schemas. */
  readonly schema: object
  /** Answers refusals too; rejects only for a fault of the program. */
  handle(request: HttpRequest, response: RawResponse, sid?: string): Promise<HttpResponse>
}

interface Definition extends Pick<Route, 'method' | 'path'> {
  readonly handler: Handler
  readonly hasSid?: true
  /** Not below `prefix`. */
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

/** The routes that the options leave on; without `signingKeys` there are none to publish. */
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
        // Readable for pages of trusted origins.
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

/** Which of them a path names, letter for letter: for frameworks that ask rather than route. */
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
      // Most requests are for no route of ours, and pay for the comparison alone.
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
    // At the start of a process: what others have revoked must not list or end sessions.
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
