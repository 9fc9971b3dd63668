import type { ServerResponse } from 'node:http'
import { type Auth, addHeaders, errorResponse, findRoute, type Seam } from '@tokenratchet/core/http'
import { type ExpressRequest, SeamRequest } from './request.js'
import { write } from './response.js'
import type { User } from './user-claims.js'

type Next = (error?: unknown) => void

/** What Express 4 and 5 take as middleware, without the types of either. */
export type Middleware = (request: ExpressRequest, response: ServerResponse, next: Next) => void

/** What Express 4 and 5 take as a handler of errors. */
export type ErrorMiddleware = (
  error: unknown,
  request: ExpressRequest,
  response: ServerResponse,
  next: Next,
) => void

/** What `app.use` takes, and what its guards ask of it. */
interface TokenRoutes {
  /** Answers the token routes; all other requests go on, with verbs at their responses. */
  readonly middleware: Middleware
  /** Whether it would answer this request, and has not had it yet: as far as a guard in front of it can know. */
  areAhead(request: ExpressRequest, response: ServerResponse): boolean
}

export function tokenRoutes(seam: Seam<User>): TokenRoutes {
  const byPath = findRoute(seam.routes)
  // OPTIONS is left to the application, so that cors can answer preflights.
  const find = ({ method, path = '' }: ExpressRequest) => (method === 'OPTIONS' ? undefined : byPath(path))
  // A property, as every request pays for it: a WeakSet costs many times as much.
  const seen = Symbol('tokenratchet.seen')
  return {
    middleware(request, response: Response, next) {
      ;(response as unknown as Record<symbol, true>)[seen] = true
      // Functions of this response, not methods: they are good when they are handed on alone.
      response.issueTokens = grant => issueTokens(seam, request, response, grant)
      response.revokeTokens = () => revokeTokens(seam, request, response)
      const found = find(request)
      if (found === undefined) {
        next()
        return
      }
      const answered = found.route.handle(new SeamRequest(request), found.sid)
      answered.then(answer => write(response, answer)).catch(next)
    },
    areAhead: (request, response) =>
      request.route === undefined && !(seen in response) && find(request) !== undefined,
  }
}

type LoginGrant = Parameters<Seam<User>['issueTokens']>[1]

interface Response extends ServerResponse {
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of augment.ts tell by `transport` which of the two it is
  issueTokens?: (grant: LoginGrant) => Promise<any>
  revokeTokens?: () => Promise<void>
}

async function issueTokens(
  seam: Seam<User>,
  request: ExpressRequest,
  response: ServerResponse,
  grant: LoginGrant,
): Promise<unknown> {
  if (response.headersSent) {
    // Before a session begins whose tokens nobody would get.
    throw new Error('issueTokens must be called before the headers of the response are sent')
  }
  const { headers, body } = await seam.issueTokens(new SeamRequest(request), grant)
  addHeaders(response, headers)
  return body
}

async function revokeTokens(
  seam: Seam<User>,
  request: ExpressRequest,
  response: ServerResponse,
): Promise<void> {
  addHeaders(response, await seam.revokeTokens(new SeamRequest(request)))
}

/**
 * Sets `req.user`, or hands on why not. In front of `app.use(auth)` it leaves the token routes to it, which ask for
 * credentials themselves: an expired session must not be kept from a refresh. Where a user is required they answer at
 * once, as what follows may be a handler of the application's at the same path, which counts on being guarded.
 */
export function identify(seam: Seam<User>, routes: TokenRoutes, auth: Auth): Middleware {
  return (request, response, next) => {
    if (routes.areAhead(request, response)) {
      if (auth === 'optional') {
        request.user = undefined
        next()
      } else {
        routes.middleware(request, response, next)
      }
      return
    }
    seam.identify(new SeamRequest(request), response, auth, (error, user) => {
      if (error === undefined) {
        request.user = user ?? undefined
      }
      next(error)
    })
  }
}

/** Express knows handlers of errors by their four parameters. */
export const answerErrors: ErrorMiddleware = (error, _request, response, next) => {
  const answer = response.headersSent ? undefined : errorResponse(error)
  if (answer === undefined) {
    next(error)
  } else {
    write(response, answer)
  }
}
