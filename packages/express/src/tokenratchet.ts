import type { Tokens } from '@tokenratchet/core'
import { checkAuth, createSeam, type Demands } from '@tokenratchet/core/http'
import './augment.js'
import { answerErrors, type ErrorMiddleware, identify, type Middleware, tokenRoutes } from './middleware.js'
import { checkRoutes, type TokenratchetOptions } from './options.js'
import type { User } from './user-claims.js'

/** For `app.use`: answers the token routes, and gives responses `issueTokens` and `revokeTokens`. */
export interface Tokenratchet extends Middleware {
  /** The verbs behind the middleware: sessions, revocation, and tokens without HTTP. */
  readonly tokens: Tokens<User>
  /** Refuses requests without a valid access token, and sets `req.user` to the claims of one. */
  readonly authenticate: Middleware
  /**
   * Sets `req.user` to the claims of a valid access token, or to `undefined` without one or with a dead one, whoever
   * was there before, such as the user of passport's session.
   */
  readonly optional: Middleware
  /** As `authenticate`, and asks for scopes (403 without them), or the store's word on the session. */
  require(demands: Demands): Middleware
  /** Answers refusals in JSON, as Fastify does; other errors are handed on. For the end of the application. */
  errorHandler(): ErrorMiddleware
  /** Lets go of what is held in memory. The store stays open: it is yours. */
  close(): Promise<void>
}

/**
 * Access tokens and rotating refresh tokens for Express.
 *
 * @throws TypeError that names the option which is missing, unknown, weak or contradictory
 */
export function tokenratchet(options: TokenratchetOptions): Tokenratchet {
  checkRoutes(options?.routes)
  const seam = createSeam<User>(options)
  const routes = tokenRoutes(seam)
  return Object.assign(routes.middleware, {
    tokens: seam.tokens,
    authenticate: identify(seam, routes, true),
    optional: identify(seam, routes, 'optional'),
    require: (demands: Demands) => identify(seam, routes, checkAuth('auth.require', demands)),
    errorHandler(...args: unknown[]) {
      if (args.length > 0) {
        throw new TypeError('errorHandler makes the handler: app.use(auth.errorHandler())')
      }
      return answerErrors
    },
    close: () => seam.tokens.close(),
  })
}
