import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Claims, Tokens } from '@tokenratchet/core'
import { checkDemands, createHttpLayer, type Demands, refuseUpgrade } from '@tokenratchet/core/http'
import './augment.js'
import { answerErrors, answerRoutes, type ErrorMiddleware, identify, type Middleware } from './middleware.js'
import { readOptions, type TokenratchetOptions } from './options.js'
import { AdaptedRequest, type ExpressRequest } from './request.js'
import { TokenRoutes } from './token-routes.js'
import type { User } from './user-claims.js'

/** Everything that an Express application needs to log users in and to guard its routes. */
export interface Tokenratchet {
  /**
   * Answers the token routes below the path where it is mounted, and gives responses `issueTokens` and `revokeTokens`.
   * It guards nothing. Mount it before any guard.
   *
   * @example
   * ```ts
   * app.use(auth.middleware)
   * ```
   */
  readonly middleware: Middleware
  /** The verbs behind the middleware: sessions, revocation, and tokens without HTTP. */
  readonly tokens: Tokens<User>
  /**
   * Refuses requests without a valid access token, and sets `req.user` to the claims of one.
   *
   * @example
   * ```ts
   * app.get('/me', auth.authenticate, (req, res) => res.json(auth.claimsOf(req)))
   * ```
   */
  readonly authenticate: Middleware
  /**
   * Sets `req.user` to the claims of a valid access token, or to `undefined` without one or with a dead one, whatever
   * `req.user` was before, such as the user of passport's session.
   */
  readonly optional: Middleware
  /** As `authenticate`, and asks for scopes (403 without them), or the store's word on the session. */
  require(demands: Demands): Middleware
  /**
   * Returns the claims of a guarded request, never `undefined`. Throws an error if no guard ran, and a `TokenError` (401)
   * behind `auth.optional` if nobody is signed in.
   */
  claimsOf(request: IncomingMessage): Claims<User>
  /**
   * The claims of a request that opens a socket, for the servers of ws, socket.io or graphql-ws. Rejects with a
   * `TokenError`: 401 without a valid access token, 403 for a cookie that a page of another origin brings, whatever the
   * method, and 403 for a scope that is missing.
   *
   * @example
   * ```ts
   * server.on('upgrade', async (request, socket, head) => {
   *   try {
   *     const claims = await auth.authenticateRequest(request)
   *     sockets.handleUpgrade(request, socket, head, opened => serve(opened, claims))
   *   } catch (error) {
   *     auth.refuseUpgrade(socket, error)
   *   }
   * })
   * ```
   */
  authenticateRequest(request: IncomingMessage, demands?: Demands): Promise<Claims<User>>
  /** Answers an upgrade with the status and headers of what `authenticateRequest` threw, and closes the socket. */
  refuseUpgrade(socket: Duplex, error: unknown): void
  /** Answers refusals in JSON, as Fastify does; other errors are handed on. For the end of the application. */
  errorHandler(): ErrorMiddleware
  /** Lets go of what is held in memory. The store stays open: it is yours. */
  close(): Promise<void>
}

/**
 * Access tokens and rotating refresh tokens for Express.
 *
 * @throws TypeError that names the option which is missing, unknown, weak or contradictory
 * @example
 * ```ts
 * const auth = tokenratchet({ secret: process.env.TOKEN_SECRET })
 * app.use(auth.middleware, express.json())
 * app.get('/me', auth.authenticate, (req, res) => res.json(req.user))
 * app.use(auth.errorHandler())
 * ```
 */
export function tokenratchet(options: TokenratchetOptions): Tokenratchet {
  const layer = createHttpLayer<User>(readOptions(options))
  const routes = new TokenRoutes(layer)
  const middleware = answerRoutes(layer, routes)
  const authenticate = async (request: IncomingMessage, demands?: Demands) =>
    layer.authenticateRequest(new AdaptedRequest(request), demands)
  return {
    get middleware() {
      routes.markRequested()
      return middleware
    },
    tokens: layer.tokens,
    authenticate: identify(layer, routes, true, 'auth.authenticate'),
    optional: identify(layer, routes, 'optional', 'auth.optional'),
    require(...given: [Demands]) {
      // Express calls it with a request when it was passed as a guard.
      if (given.length !== 1) {
        throw new TypeError(
          "call auth.require({ ... }) with what it requires: app.get(path, auth.require({ scope: 'admin' }), handler)",
        )
      }
      return identify(layer, routes, checkDemands('auth.require', given[0]), 'auth.require({ ... })')
    },
    claimsOf: (request: ExpressRequest) =>
      layer.claimsOf(new AdaptedRequest(request), `add auth.authenticate to ${nameOf(request)}`),
    authenticateRequest(request, demands, ...others: unknown[]) {
      if (others.length > 0) {
        // Thrown at once: Express 4 does not see rejections.
        throw new TypeError('auth.authenticateRequest is not a middleware: pass auth.authenticate to a route')
      }
      return authenticate(request, demands)
    },
    refuseUpgrade,
    errorHandler(...args: unknown[]) {
      if (args.length > 0) {
        throw new TypeError('errorHandler makes the handler: app.use(auth.errorHandler())')
      }
      return answerErrors
    },
    close: () => layer.tokens.close(),
  }
}

function nameOf({ method, baseUrl = '', path = '' }: ExpressRequest): string {
  return `${method} ${baseUrl}${path}`
}
