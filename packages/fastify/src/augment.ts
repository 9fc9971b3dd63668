import type { Duplex } from 'node:stream'
import type { Claims, Tokens } from '@tokenratchet/core'
import type { Auth, Demands, IssueTokens } from '@tokenratchet/core/http'
import type { Authenticate } from './guards.js'
import type { AnyRequest } from './request.js'
import type { User } from './user-claims.js'

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * The methods for sessions, revocation, and tokens without HTTP. They do not check who calls them: guard every
     * route that uses them.
     *
     * @example
     * ```ts
     * await app.tokens.revokeAll(userId)
     * ```
     */
    tokens: Tokens<User>
    /**
     * Refuses requests without a valid access token. Use it as an `onRequest` hook, with @fastify/auth, or await it in
     * a handler. It exists only after `await app.register(tokenratchet)`. `config: { auth: true }` works in any order.
     *
     * @example
     * ```ts
     * app.get('/me', { onRequest: app.authenticate }, request => request.user)
     * ```
     */
    authenticate: Authenticate
    /**
     * Returns the claims of a guarded request, never `null`. Throws an error if no guard ran, because the route is
     * PUBLIC. Throws a `TokenError` (401) if the guard is `'optional'` and nobody is signed in.
     *
     * @example
     * ```ts
     * app.get('/me', { config: { auth: true } }, request => ({ id: app.claimsOf(request).sub }))
     * ```
     */
    claimsOf(request: AnyRequest): Claims<User>
    /**
     * Resolves to the claims of a request that opens a socket, for the servers of ws, socket.io or graphql-ws. Takes a
     * request of Fastify or of Node. Rejects with a `TokenError`: 401 without a valid access token, 403 for a cookie
     * that comes from a page of another origin, whatever the method, and 403 for a missing scope.
     *
     * @example
     * ```ts
     * app.server.on('upgrade', async (request, socket, head) => {
     *   try {
     *     const claims = await app.authenticateRequest(request)
     *     sockets.handleUpgrade(request, socket, head, opened => serve(opened, claims))
     *   } catch (error) {
     *     app.refuseUpgrade(socket, error)
     *   }
     * })
     * ```
     */
    authenticateRequest(request: AnyRequest, demands?: Demands): Promise<Claims<User>>
    /**
     * Answers an upgrade with the status and headers of the error from `authenticateRequest`, and closes the socket.
     *
     * @example
     * ```ts
     * app.authenticateRequest(request).then(open, error => app.refuseUpgrade(socket, error))
     * ```
     */
    refuseUpgrade(socket: Duplex, error: unknown): void
  }
  interface FastifyContextConfig {
    /**
     * Who may use the route. It is PUBLIC if `auth` is missing, unless the option `global` is set.
     *
     * - `true`: requires a valid access token.
     * - `'optional'`: accepts requests with a token or without one; `request.user` may be `null`.
     * - `false`: the route is public even with `global`.
     * - `{ scope, anyScope, introspect }`: also requires these scopes, or that the store still has the session.
     *
     * @example
     * ```ts
     * app.delete('/users/:id', { config: { auth: { scope: 'admin' } } }, handler)
     * ```
     */
    auth?: boolean | Auth | undefined
  }
  interface FastifyReply {
    /**
     * Logs in: begins a session, sets its cookies (unless `transport` is `'body'`), and resolves to the object for the
     * response body. It does not check a password, and it does not send the response: await it before you send. Rejects
     * with a `TokenError` (403 from another origin, 503 if the store is down), or a `TypeError` for an invalid grant.
     *
     * "issueTokens is not a function" means that the route is outside of the scope in which the plugin is registered.
     *
     * @example
     * ```ts
     * app.post('/login', async (request, reply) => {
     *   const user = await checkPassword(request.body)
     *   return reply.issueTokens({ subject: user.id })
     * })
     * ```
     */
    issueTokens: IssueTokens<User>
    /**
     * Logs out: ends the session of this request and clears its cookies. It does not send the response.
     *
     * @example
     * ```ts
     * app.post('/leave', async (request, reply) => {
     *   await reply.revokeTokens()
     *   return reply.code(204).send()
     * })
     * ```
     */
    revokeTokens(): Promise<void>
  }
}
