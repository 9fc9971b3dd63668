import type { ServerResponse } from 'node:http'
import { errorResponse, type HttpLayer } from '@tokenratchet/core/http'
import { AdaptedRequest, type ExpressRequest } from './request.js'
import { write } from './response.js'
import { isOfRoute, type TokenRoutes } from './token-routes.js'
import type { User } from './user-claims.js'

type Next = (error?: unknown) => void

/**
 * A middleware of Express 4 and 5, without the types of either.
 *
 * @example
 * ```ts
 * const onlyAdmins: Middleware = auth.require({ scope: 'admin' })
 * ```
 */
export type Middleware = (request: ExpressRequest, response: ServerResponse, next: Next) => void

/**
 * An error handler of Express 4 and 5, without the types of either.
 *
 * @example
 * ```ts
 * const answerRefusals: ErrorMiddleware = auth.errorHandler()
 * ```
 */
export type ErrorMiddleware = (
  error: unknown,
  request: ExpressRequest,
  response: ServerResponse,
  next: Next,
) => void

type LoginGrant = Parameters<HttpLayer<User>['issueTokens']>[3]

interface Response extends ServerResponse {
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of augment.ts choose the type by `transport`
  issueTokens?: (grant: LoginGrant) => Promise<any>
  revokeTokens?: () => Promise<void>
}

/**
 * Creates `auth.middleware`. It answers the token routes, adds the two methods to responses, and passes on the rest.
 */
export function answerRoutes(layer: HttpLayer<User>, routes: TokenRoutes): Middleware {
  const middleware: Middleware = (request, response: Response, next) => {
    checkIsCalledByExpress('auth.middleware', next)
    routes.markReached(request, response)
    // These functions need no `this`, so that they work when they are passed on alone.
    response.issueTokens = grant => layer.issueTokens(new AdaptedRequest(request), response, response, grant)
    response.revokeTokens = () => layer.revokeTokens(new AdaptedRequest(request), response, response)
    const found = routes.find(request)
    if (found !== undefined) {
      const answered = found.route.handle(new AdaptedRequest(request), response, found.sid)
      answered.then(answer => write(response, answer)).catch(next)
    } else if (isOfRoute(request, middleware)) {
      next(
        new TypeError(
          'auth.middleware guards nothing, so this route would be PUBLIC: pass auth.authenticate to it, and auth.middleware to app.use',
        ),
      )
    } else {
      next()
    }
  }
  return middleware
}

/** Throws at once, where the mistake is: if the application itself calls the middleware, there is no `next`. */
function checkIsCalledByExpress(name: string, next: Next | undefined): void {
  if (typeof next !== 'function') {
    throw new TypeError(
      `pass ${name} itself, without calling it: Express calls it with (request, response, next)`,
    )
  }
}

/**
 * Creates a guard that sets `req.user`, or passes the error of a refusal to `next`.
 *
 * @param name the name of the guard in the application, for the error
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

/** Answers refusals. Express recognises an error handler by its four parameters, so all four are declared. */
export const answerErrors: ErrorMiddleware = (error, _request, response, next) => {
  const answer = response.headersSent ? undefined : errorResponse(error)
  if (answer === undefined) {
    next(error)
  } else {
    write(response, answer)
  }
}
