import type { Claims } from '../access-token/claims.js'
import { namesUnknownKey, readAccessToken } from '../access-token/read.js'
import { type Context, clockTolerance } from '../context.js'
import { StoreUnavailableError, TokenError, type TokenErrorCode } from '../errors.js'
import type { TokenEvent } from '../events.js'
import { hashSubject } from '../values/subject.js'

/** A refusal of an access token whose event has not been emitted yet. */
export class Refused {
  readonly code: TokenErrorCode
  readonly event: TokenEvent | undefined

  constructor(code: TokenErrorCode, event: TokenEvent | undefined) {
    this.code = code
    this.event = event
  }
}

const [invalidToken, unknownKey] = (['invalid', 'unknown_key'] as const).map(
  reason => new Refused('ERR_ACCESS_TOKEN_INVALID', { type: 'refused', credential: 'access_token', reason }),
) as [Refused, Refused]

/**
 * Checks an access token without a promise and without the store: who it is, or why not.
 *
 * @returns claims that belong to the caller; what is nested in them is shared and frozen
 * @throws TokenError `ERR_ACCESS_TOKEN_INVALID`, `_EXPIRED` or `_REVOKED`
 * @throws StoreUnavailableError when revocations may have been missed and `onStale` is `reject`
 */
export function verify(context: Context, token: string): Claims {
  const claims = accepted(context, judge(context, token))
  checkFeed(context, claims)
  return claims
}

/** Checks the token without the store and emits no event, as the request may bring more than this token. */
export function judge(context: Context, token: string): Claims | Refused {
  const claims = readClaims(context, token)
  if (claims === undefined) {
    // Told apart for the operator. The client learns nothing from it.
    return namesUnknownKey(context.accessRing, token) ? unknownKey : invalidToken
  }
  const { sid, iat } = claims
  const seconds = context.settings.now() / 1000
  if (seconds >= endOf(context, claims)) {
    return refusedBy('ERR_ACCESS_TOKEN_EXPIRED', 'expired', sid)
  }
  // From a clock that runs ahead: it would outlive the publication of a revocation.
  if (iat > seconds + clockTolerance) {
    return invalidToken
  }
  if (context.revocations.has(sid)) {
    return refusedBy('ERR_ACCESS_TOKEN_REVOKED', 'revoked', sid)
  }
  return { ...claims }
}

/** When a token runs out, in seconds. A lifetime that was shortened holds for the tokens that are out already. */
export function endOf({ settings }: Context, { iat, exp }: Claims): number {
  return Math.min(exp, iat + settings.accessTokenLifetime)
}

/**
 * The claims of a token that we signed, whether or not it has expired or was revoked.
 *
 * @returns `undefined` for a token that we did not sign
 */
export function readClaims(context: Context, token: string): Claims | undefined {
  return context.verified.get(token) ?? firstSeen(context, token)
}

function firstSeen(context: Context, token: string): Claims | undefined {
  const claims = readAccessToken(context.accessRing, token, context.settings)
  if (claims !== undefined) {
    context.verified.set(token, claims)
  }
  return claims
}

function refusedBy(code: TokenErrorCode, reason: 'expired' | 'revoked', sid: string): Refused {
  return new Refused(code, { type: 'refused', credential: 'access_token', reason, sid })
}

/** Returns the claims. If the verdict is a refusal, emits its event and throws the TokenError. */
export function accepted(context: Context, verdict: Claims | Refused): Claims {
  if (verdict instanceof Refused) {
    throw refuse(context, verdict)
  }
  return verdict
}

/** Emits the event of a verdict. */
export function refuse({ emit }: Context, { code, event }: Refused): TokenError {
  if (event !== undefined) {
    emit(event)
  }
  return new TokenError(code)
}

export function invalid(context: Context): TokenError {
  return refuse(context, invalidToken)
}

/** @throws StoreUnavailableError when revocations may have been missed and `onStale` is `reject` */
export function checkFeed({ settings, feed, emit }: Context, { sub, sid }: Claims): void {
  if (settings.onStale === 'reject' && feed?.isStale(() => hashSubject(sub))) {
    emit({ type: 'refused', credential: 'access_token', reason: 'stale', sid })
    throw new StoreUnavailableError()
  }
}
