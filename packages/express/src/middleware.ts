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
  const verbs = verbsOf(seam)
  // OPTIONS is left to the application, so that cors can answer preflights.
  const find = ({ method, path = '' }: ExpressRequest) => (method === 'OPTIONS' ? undefined : byPath(path))
  return {
    middleware(request, response: Response, next) {
      response.issueTokens = verbs.issueTokens
      response.revokeTokens = verbs.revokeTokens
      const found = find(request)
      if (found === undefined) {
        next()
        return
      }
      const answered = found.route.handle(new SeamRequest(request), found.sid)
      answered.then(answer => write(response, answer)).catch(next)
    },
    areAhead: (request, response: Response) =>
      request.route === undefined &&
      response.issueTokens !== verbs.issueTokens &&
      find(request) !== undefined,
  }
}

type Verbs = Pick<Express.Response, 'issueTokens' | 'revokeTokens'>

/** Node's, with the verbs once the middleware has had it. */
type Response = ServerResponse & Partial<Verbs>

/** Methods of all responses, by `this` as those of Express: closures for each would cost every request. */
function verbsOf(seam: Seam<User>): Verbs {
  return {
    async issueTokens(this: Response, grant: Parameters<Seam<User>['issueTokens']>[1]) {
      if (this.headersSent) {
        // Before a session begins whose tokens nobody would get.
        throw new Error('issueTokens must be called before the headers of the response are sent')
      }
      const { headers, body } = await seam.issueTokens(new SeamRequest(this.req), grant)
      addHeaders(this, headers)
      // biome-ignore lint/suspicious/noExplicitAny: the overloads tell by `transport` which of the two it is
      return body as any
    },
    async revokeTokens(this: Response) {
      addHeaders(this, await seam.revokeTokens(new SeamRequest(this.req)))
    },
  }
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
