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

/**
 * The methods of an instance: they begin, check, renew, list and end sessions.
 *
 * None of them checks who calls: protect every route that calls `issue`, `revoke`, `revokeAll` or `sessions`.
 *
 * @example
 * const tokens: Tokens<{ role: string }> = createTokens({ secret: process.env.TOKEN_SECRET })
 */
export interface Tokens<C extends object = object> {
  /**
   * Begins a session and resolves to its tokens. It checks no password: call it only after you have authenticated the
   * user.
   *
   * It takes one step of the store, and one more if `replaces` is the token of another subject. It rejects with a
   * `TypeError` for an invalid grant, and with `ERR_STORE_UNAVAILABLE` if the store fails.
   *
   * @example
   * const { accessToken, refreshToken } = await tokens.issue({ subject: 'ada', claims: { role: 'admin' } })
   */
  issue(grant: Grant<C>): Promise<Issued>
  /**
   * Checks an access token and returns its claims, synchronously and without the store. A session that another process
   * has revoked is refused as soon as this process has read that revocation; the feed is read once a second.
   *
   * It throws `ERR_ACCESS_TOKEN_INVALID`, `_EXPIRED` or `_REVOKED`. With `onStale: 'reject'` it throws
   * `ERR_STORE_UNAVAILABLE` while revocations may have been missed.
   *
   * @example
   * const { sub, sid } = tokens.verify(accessToken)
   */
  verify(accessToken: string): Claims<C>
  /**
   * Does what `verify` does, and requires that the session still exists in the store: one read. Use it for routes that
   * must not wait until a revocation arrives from another process.
   *
   * @example
   * const claims = await tokens.introspect(accessToken)
   */
  introspect(accessToken: string): Promise<Claims<C>>
  /**
   * Exchanges a refresh token for a new access token and a new refresh token: one step of the store, and a read before
   * it when a `scope` is asked for. Presenting a token after one of its successors was used ends the session.
   *
   * It rejects with `ERR_INVALID_GRANT` for a token that is forged, expired, revoked or reused, and with
   * `ERR_INVALID_SCOPE` for a scope that was not granted at login. After `ERR_STORE_UNAVAILABLE` present the same token
   * again.
   *
   * @example
   * const { accessToken, refreshToken } = await tokens.refresh(oldRefreshToken)
   */
  refresh(refreshToken: string, options?: RefreshOptions): Promise<Issued>
  /**
   * Ends the session of a token, or the one with this subject and `sid`. It does not check who calls: let users name
   * only their own sessions.
   *
   * It resolves to the `sid` of the session. It resolves to `undefined` for a token that is not ours or an access token
   * that has expired, and if the subject has no live session with this `sid`.
   *
   * @example
   * await tokens.revoke({ token: refreshToken })
   * await tokens.revoke({ subject: 'ada', sid })
   */
  revoke(revocation: Revocation): Promise<string | undefined>
  /**
   * Ends all sessions of a subject except the one whose `sid` is in `except`. It does not check who calls. It resolves
   * to the ids of the sessions that it ended.
   *
   * @example
   * await tokens.revokeAll('ada', { except: sid }) // after a change of password
   */
  revokeAll(subject: string, options?: { except?: string | undefined }): Promise<string[]>
  /**
   * Resolves to the live sessions of a subject, the most recently used first. They contain no token and nothing a token
   * can be made from. It does not check who calls.
   *
   * @example
   * for (const { sid, device, usedAt } of await tokens.sessions('ada')) console.log(sid, device, usedAt)
   */
  sessions(subject: string): Promise<Session<C>[]>
  /**
   * Returns the public keys of `signingKeys`, for services that verify our access tokens. The list is empty without
   * that option.
   *
   * @example
   * app.get('/.well-known/jwks.json', async () => tokens.jwks())
   */
  jwks(): JwkSet
  /**
   * Resolves when this process has read which sessions other processes have revoked, or when that first read has
   * failed. It never rejects. The plugins wait for it themselves.
   *
   * @example
   * await tokens.ready()
   */
  ready(): Promise<void>
  /**
   * Stops reading the feed of revocations and frees the cache of verified tokens. It does not close the store, which
   * belongs to the caller: close the store afterwards.
   *
   * @example
   * await tokens.close()
   * await client.quit()
   */
  close(): Promise<void>
}

/**
 * Creates an instance that issues and checks access tokens and rotating refresh tokens.
 *
 * @throws TypeError that names the option which is missing, unknown, weak or contradictory
 *
 * @example
 * const tokens = createTokens({ secret: process.env.TOKEN_SECRET, store: redisStore(client) })
 */
export function createTokens<C extends object = object>(options: TokensOptions<C>): Tokens<C> {
  return verbs<C>(createContext(options))
}

/** Binds the verbs to a context. The HTTP layer uses the same context, so that it can emit events of its own. */
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
