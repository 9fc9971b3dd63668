import type { ServerResponse } from 'node:http'
import { errorResponse, type HttpLayer } from '@tokenratchet/core/http'
import { AdaptedRequest, type ExpressRequest } from './request.js'
import { write } from './response.js'
import { isOfRoute, type TokenRoutes } from './token-routes.js'
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

type LoginGrant = Parameters<HttpLayer<User>['issueTokens']>[3]

interface Response extends ServerResponse {
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of augment.ts tell by `transport` which of the two it is
  issueTokens?: (grant: LoginGrant) => Promise<any>
  revokeTokens?: () => Promise<void>
}

/** Answers the token routes; all other requests go on, with verbs at their responses. */
export function answerRoutes(layer: HttpLayer<User>, routes: TokenRoutes): Middleware {
  const middleware: Middleware = (request, response: Response, next) => {
    checkIsCalledByExpress('auth.middleware', next)
    routes.markReached(request, response)
    // Functions of this response, not methods: they are good when they are handed on alone.
    response.issueTokens = grant => layer.issueTokens(new AdaptedRequest(request), response, response, grant)
    response.revokeTokens = () => layer.revokeTokens(new AdaptedRequest(request), response, response)
    const found = routes.find(request)
    if (found !== undefined) {
      const answered = found.route.handle(new AdaptedRequest(request), response, found.sid)
      answered.then(answer => write(response, answer)).catch(next)
    } else if (isOfRoute(request, middleware)) {
      next(
        new TypeError(
          'auth.middleware guards nothing: pass auth.authenticate to this route, and auth.middleware to app.use',
        ),
      )
    } else {
      next()
    }
  }
  return middleware
}

/** At once, where it stands in the program: a call of the application's own brings no `next`. */
function checkIsCalledByExpress(name: string, next: Next | undefined): void {
  if (typeof next !== 'function') {
    throw new TypeError(
      `pass ${name} itself, without calling it: Express calls it with (request, response, next)`,
    )
  }
}

/**
 * Sets `req.user`, or hands on why not.
 *
 * @param name how the application names the guard, for the error
 */
export function identify(
  layer: HttpLayer<User>,
  routes: TokenRoutes,
  auth: Parameters<HttpLayer<User>['identify']>[2],
  name: string,
): Middleware {
  const guard: Middleware = (request, response, next) => {
    checkIsCalledByExpress(name, next)
    layer.identify(new AdaptedRequest(request), response, auth, (error, user) => {
      if (error === undefined) {
        request.user = user ?? undefined
      } else {
        routes.warnInFront(request, response, guard)
      }
      next(error)
    })
  }
  return guard
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
