import type { Tokens } from '@tokenratchet/core'
import type { Auth, IssueTokens } from '@tokenratchet/core/http'
import type { Authenticate } from './guards.js'
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
     */
    issueTokens: IssueTokens<User>
    /** Logs out: ends the session of this request and clears its cookies. Sends nothing. */
    revokeTokens(): Promise<void>
  }
}
