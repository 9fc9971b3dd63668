import type { Claims } from './access-token/claims.js'
import { type Context, createContext } from './context.js'
import type { TokensOptions } from './options.js'
import type { Session } from './sessions/session.js'
import { introspect } from './verbs/introspect.js'
import { checkGrant, type Grant, issue } from './verbs/issue.js'
import { type JwkSet, jwks } from './verbs/jwks.js'
import type { Issued } from './verbs/mint.js'
import { checkRefreshOptions, type RefreshOptions, refresh } from './verbs/refresh.js'
import { type Revocation, revoke, revokeAll } from './verbs/revoke.js'
import { sessions } from './verbs/sessions.js'
import { verify } from './verbs/verify.js'

/** The verbs. Errors and units are told where each is written. */
export interface Tokens<C extends object = object> {
  /** Begins a session: one step of the store. Rejects with a `TypeError` for an invalid grant. */
  issue(grant: Grant<C>): Promise<Issued>
  /** Checks an access token: no promise, no store. Throws `ERR_ACCESS_TOKEN_INVALID`, `_EXPIRED`, `_REVOKED`. */
  verify(accessToken: string): Claims<C>
  /** `verify`, and one read of the store. */
  introspect(accessToken: string): Promise<Claims<C>>
  /** Trades a refresh token for a successor: one step of the store. Rejects with `ERR_INVALID_GRANT`. */
  refresh(refreshToken: string, options?: RefreshOptions): Promise<Issued>
  /** Ends the session of a token, or one named by subject and `sid`; resolves to its `sid`, or `undefined`. */
  revoke(revocation: Revocation): Promise<string | undefined>
  /** Ends the sessions of a subject, but for `except`; resolves to their ids. */
  revokeAll(subject: string, options?: { except?: string | undefined }): Promise<string[]>
  /** The live sessions of a subject, the last used first; no credential can be made from them. */
  sessions(subject: string): Promise<Session<C>[]>
  /** The public keys of `signingKeys`, for whoever verifies our access tokens; none without that option. */
  jwks(): JwkSet
  /**
   * Resolves when it is known what other processes have revoked, or the store has failed to say; never rejects. The
   * plugins wait for it by themselves.
   */
  ready(): Promise<void>
  /** Lets go of what this instance holds in memory. The store is the caller's, and stays open. */
  close(): Promise<void>
}

/**
 * Access tokens and rotating refresh tokens.
 *
 * @throws TypeError that names the option which is missing, unknown, weak or contradictory
 */
export function createTokens<C extends object = object>(options: TokensOptions<C>): Tokens<C> {
  return verbs<C>(createContext(options))
}

/** The verbs over one context; the HTTP layer shares it, to emit what it decides itself. */
export function verbs<C extends object>(context: Context): Tokens<C> {
  return {
    async issue(grant) {
      const checked = checkGrant(grant)
      return issue(context, checked, checked.replaces === undefined ? [] : [checked.replaces])
    },
    verify: accessToken => verify(context, accessToken) as Claims<C>,
    introspect: accessToken => introspect(context, accessToken) as Promise<Claims<C>>,
    refresh: async (refreshToken, options) => refresh(context, refreshToken, checkRefreshOptions(options)),
    revoke: revocation => revoke(context, revocation),
    revokeAll: (subject, options) => revokeAll(context, subject, options),
    sessions: subject => sessions<C>(context, subject),
    jwks: () => jwks(context),
    ready: async () => context.feed?.loading,
    async close() {
      context.feed?.close()
      context.verified.clear()
    },
  }
}
