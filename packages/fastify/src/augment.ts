import type { Duplex } from 'node:stream'
import type { Claims, Tokens } from '@tokenratchet/core'
import type { Auth, Demands, IssueTokens } from '@tokenratchet/core/http'
import type { Authenticate } from './guards.js'
import type { AnyRequest } from './request.js'
import type { User } from './user-claims.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** The verbs behind the plugin: sessions, revocation, and tokens without HTTP. */
    tokens: Tokens<User>
    /**
     * Refuses requests without a valid access token: for `onRequest` hooks, @fastify/auth, or to await. It is there
     * only after an awaited registration: `config: { auth: true }` is safe in any order.
     */
    authenticate: Authenticate
    /**
     * Returns the claims of a guarded request, never `null`. Throws an error if no guard ran, and a `TokenError` (401) if
     * the guard is `'optional'` and nobody is signed in.
     *
     * @example
     * ```ts
     * app.get('/me', { config: { auth: true } }, request => ({ id: app.claimsOf(request).sub }))
     * ```
     */
    claimsOf(request: AnyRequest): Claims<User>
    /**
     * The claims of a request that opens a socket, for the servers of ws, socket.io or graphql-ws; takes a request of
     * Fastify or of Node. Rejects with a `TokenError`: 401 without a valid access token, 403 for a cookie that a page of
     * another origin brings, whatever the method, and 403 for a scope that is missing.
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
    /** Answers an upgrade with the status and headers of what `authenticateRequest` threw, and closes the socket. */
    refuseUpgrade(socket: Duplex, error: unknown): void
  }
  interface FastifyContextConfig {
    /**
     * `true`: only with a valid access token. `'optional'`: with one or without. `false`: public in spite of `global`.
     * `{ scope, anyScope, introspect }`: only with one that has these scopes, or by the store's word.
     */
    auth?: boolean | Auth | undefined
  }
  interface FastifyReply {
    /**
     * Logs in: begins a session, sets its cookies or not (`transport`), and resolves to what belongs into the body.
     * Sends nothing. Rejects with a `TokenError` (403 from another origin, 503 without a store), or a `TypeError` for
     * a bad grant.
     *
     * "issueTokens is not a function" means that the route is outside of the scope in which the plugin is registered.
     */
    issueTokens: IssueTokens<User>
    /** Logs out: ends the session of this request and clears its cookies. Sends nothing. */
    revokeTokens(): Promise<void>
  }
}
