import type { Context } from '../context.js'
import { TokenError } from '../errors.js'
import {
  checkTransport,
  decodeRefreshToken,
  encodeRefreshToken,
  namesUnknownKey,
  type RefreshToken,
  type Transport,
} from '../refresh-token/token.js'
import { loginOf, secondsLeft } from '../sessions/session.js'
import { checkMembers, checkString } from '../values/check.js'
import { isScope, isWithin } from '../values/scope.js'
import { claimsUnavailable, currentClaims } from './current-claims.js'
import { type AccessTokenFor, type Issued, mintAccessToken } from './mint.js'
import { endSession } from './revoke.js'
import { refuseRefresh, rotate } from './rotate.js'

/**
 * The options of a refresh.
 *
 * @example
 * await tokens.refresh(refreshToken, { transport: 'body', scope: 'read' })
 */
export interface RefreshOptions {
  /**
   * The transport that the token must have. A token of the other transport is refused, and its session stays alive.
   * Default: any transport.
   */
  transport?: Transport | undefined
  /**
   * The scope of the new access token, which must be part of the scope granted at login. The session keeps its whole
   * scope. Default: the whole scope.
   */
  scope?: string | undefined
  /** The User-Agent header of the request, for the event of a reuse. */
  userAgent?: string | undefined
}

const eventOf = { rotated: 'refreshed', reissued: 'reissued', healed: 'healed' } as const

/**
 * Exchanges a refresh token for its successor and an access token: one step of the store, and a read before it if a
 * scope is asked for.
 *
 * @throws TokenError `ERR_INVALID_GRANT`, the same for unknown, expired, revoked, reused and forged tokens
 * @throws TokenError `ERR_INVALID_SCOPE` for a scope that was not granted at login; the token was not used then
 * @throws StoreUnavailableError if the store or the `claims` hook fails. Present the same token again: it is good for
 *   another successor unless `recoveryWindow` is 0
 */
export async function refresh(context: Context, text: string, options: RefreshOptions = {}): Promise<Issued> {
  const { transport: expected, scope: asked, userAgent } = options
  const token = genuine(context, text, expected)
  if (asked !== undefined) {
    await checkAskedScope(context, token, asked)
  }
  const { outcome, session, now: storeNow, login } = await rotate(context, token, userAgent)
  const sessionEnds = context.settings.now() + session.idleUntil - storeNow
  const scope = asked ?? login.scope
  const claims = await currentClaims(context, session, login)
  const { sid, transport } = token
  const { subject } = login
  if (claims === false) {
    throw await disabled(context, token, subject)
  }
  const now = context.settings.now()
  const access = mint(context, { subject, sid, claims, scope, transport, now, sessionEnds })
  context.emit({ type: eventOf[outcome], sid, subject })
  return {
    ...access,
    refreshToken: encodeRefreshToken(context.refreshRing, { ...token, generation: session.generation }),
    refreshExpiresIn: secondsLeft(session, storeNow),
    sid,
  }
}

/**
 * Checks the options of the public verb.
 *
 * @throws TypeError that names the option
 */
export function checkRefreshOptions(options: unknown = {}): RefreshOptions {
  const names = ['transport', 'scope', 'userAgent'] as const
  const { transport, scope, userAgent } = checkMembers('options of refresh', options, names)
  return {
    transport: transport === undefined ? undefined : checkTransport(transport),
    scope: checkString('scope', scope),
    userAgent: checkString('userAgent', userAgent),
  }
}

/** Reads the token, and refuses what can be refused without asking the store. */
function genuine(context: Context, text: string, transport: Transport | undefined): RefreshToken {
  const token = decodeRefreshToken(context.refreshRing, text)
  if (token === undefined) {
    const reason = namesUnknownKey(context.refreshRing, text) ? 'unknown_key' : 'invalid'
    context.emit({ type: 'refused', credential: 'refresh_token', reason })
    throw new TokenError('ERR_INVALID_GRANT')
  }
  if (transport !== undefined && token.transport !== transport) {
    throw refuseRefresh(context, token, 'transport')
  }
  return token
}

/** Call it before the token is used: a misspelt scope must not end a session whose recovery window is 0. */
async function checkAskedScope(context: Context, token: RefreshToken, asked: string): Promise<void> {
  const { subjectHash, sid } = token
  const { session } = await context.store.find({ subjectHash, sid })
  if (session === undefined) {
    throw refuseRefresh(context, token, 'unknown')
  }
  const { scope } = loginOf(context.outage, session)
  if (!isScope(asked) || !isWithin(scope, asked)) {
    throw refuseRefresh(context, token, 'scope')
  }
}

/**
 * Ends a session for the `claims` hook. If it had ended in the meantime, that was another decision with its own event.
 */
async function disabled(context: Context, token: RefreshToken, subject: string): Promise<TokenError> {
  const hasEnded = await endSession(context, { ...token, subject }, 'disabled')
  return hasEnded ? new TokenError('ERR_INVALID_GRANT') : refuseRefresh(context, token, 'revoked')
}

function mint(context: Context, grantee: AccessTokenFor): ReturnType<typeof mintAccessToken> {
  const { sid, now, sessionEnds } = grantee
  // The session was revoked while the hook ran. Its cookies must not overwrite those of a newer login.
  if (context.revocations.isRevoked(sid)) {
    throw refuseRefresh(context, grantee, 'revoked')
  }
  if (sessionEnds - now < 1000) {
    throw refuseRefresh(context, grantee, 'unknown')
  }
  try {
    return mintAccessToken(context, grantee)
  } catch (error) {
    // Claims that do not fit are the application's fault, not the user's.
    throw claimsUnavailable(context, grantee, error)
  }
}
