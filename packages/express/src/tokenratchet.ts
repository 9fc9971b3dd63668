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

/**
 * Everything that an Express application needs to log users in and to guard its routes. A route without a guard is
 * PUBLIC.
 *
 * @example
 * ```ts
 * const auth: Tokenratchet = tokenratchet({ secret: process.env.TOKEN_SECRET })
 * ```
 */
export interface Tokenratchet {
  /**
   * Guards nothing. It answers the token routes below the path where it is mounted, and adds `issueTokens` and
   * `revokeTokens` to responses. Mount it before any guard.
   *
   * @example
   * ```ts
   * app.use(auth.middleware)
   * ```
   */
  readonly middleware: Middleware
  /**
   * The methods for sessions, revocation, and tokens without HTTP. They do not check who calls them: guard every route
   * that uses them.
   *
   * @example
   * ```ts
   * await auth.tokens.revokeAll(userId)
   * ```
   */
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
   * Lets requests pass with or without a valid access token. Sets `req.user` to the claims of a valid access token, or
   * to `undefined` if the token is missing, expired or revoked. It replaces an earlier `req.user`, such as the user of
   * passport's session. A Bearer token that is not one of ours is refused (401).
   *
   * @example
   * ```ts
   * app.get('/', auth.optional, (req, res) => res.json({ user: req.user?.sub ?? null }))
   * ```
   */
  readonly optional: Middleware
  /**
   * Creates a guard like `authenticate` that also requires scopes (403 without them), or that the store still has the
   * session (`introspect`).
   *
   * @throws TypeError if the demands are empty or invalid
   * @example
   * ```ts
   * app.delete('/users/:id', auth.require({ scope: 'admin', introspect: true }), handler)
   * ```
   */
  require(demands: Demands): Middleware
  /**
   * Returns the claims of a guarded request, never `undefined`. Throws an error if no guard ran, because the route is
   * PUBLIC. Throws a `TokenError` (401) behind `auth.optional` if nobody is signed in.
   *
   * @example
   * ```ts
   * app.get('/me', auth.authenticate, (req, res) => res.json({ id: auth.claimsOf(req).sub }))
   * ```
   */
  claimsOf(request: IncomingMessage): Claims<User>
  /**
   * Resolves to the claims of a request that opens a socket, for the servers of ws, socket.io or graphql-ws. Rejects
   * with a `TokenError`: 401 without a valid access token, 403 for a cookie that comes from a page of another origin,
   * whatever the method, and 403 for a missing scope.
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
  /**
   * Answers an upgrade with the status and headers of the error from `authenticateRequest`, and closes the socket.
   *
   * @example
   * ```ts
   * auth.authenticateRequest(request).then(open, error => auth.refuseUpgrade(socket, error))
   * ```
   */
  refuseUpgrade(socket: Duplex, error: unknown): void
  /**
   * Creates an error handler that answers refusals in JSON, as Fastify does, and passes on all other errors. Mount it
   * after all routes.
   *
   * @example
   * ```ts
   * app.use(auth.errorHandler())
   * ```
   */
  errorHandler(): ErrorMiddleware
  /**
   * Stops reading revocations and frees the memory. The store stays open, because it belongs to you: close its client
   * afterwards.
   *
   * @example
   * ```ts
   * server.close(async () => {
   *   await auth.close()
   *   await redis.quit()
   * })
   * ```
   */
  close(): Promise<void>
}

/**
 * Creates access tokens and rotating refresh tokens for Express 4 and 5.
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
      // If `auth.require` itself was passed as a guard, Express calls it with a request.
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
        // This throws at once, because Express 4 ignores rejections.
        throw new TypeError(
          'auth.authenticateRequest is not a middleware: pass auth.authenticate to the route instead',
        )
      }
      return authenticate(request, demands)
    },
    refuseUpgrade,
    errorHandler(...args: unknown[]) {
      if (args.length > 0) {
        throw new TypeError(
          'auth.errorHandler takes no arguments: call it, and pass the handler that it returns: app.use(auth.errorHandler())',
        )
      }
      return answerErrors
    },
    close: () => layer.tokens.close(),
  }
}

function nameOf({ method, baseUrl = '', path = '' }: ExpressRequest): string {
  return `${method} ${baseUrl}${path}`
}
