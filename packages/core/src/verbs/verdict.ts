import type { Claims } from '../access-token/claims.js'
import { namesUnknownKey, readAccessToken } from '../access-token/read.js'
import { type Context, clockTolerance } from '../context.js'
import { TokenError, type TokenErrorCode } from '../errors.js'
import type { TokenEvent } from '../events.js'

/** A refusal of an access token whose event has not been emitted yet. */
export class Refusal {
  readonly code: TokenErrorCode
  readonly event: TokenEvent | undefined

  constructor(code: TokenErrorCode, event: TokenEvent | undefined) {
    this.code = code
    this.event = event
  }
}

/** The refusal of a token that this deployment did not sign. */
export const invalidToken: Refusal = invalidBecause('invalid')

/** The client gets the same refusal. The operator learns from the event that the token's key is not in the ring. */
const unknownKey = invalidBecause('unknown_key')

/** Checks a token without the store. It emits no event yet, because the request may have brought another token. */
export function verdictOn(context: Context, token: string): Claims | Refusal {
  const claims = readClaims(context, token)
  if (claims === undefined) {
    return namesUnknownKey(context.accessRing, token) ? unknownKey : invalidToken
  }
  const { sid, iat } = claims
  const seconds = context.settings.now() / 1000
  if (seconds >= endOf(context, claims)) {
    return refusalOf('ERR_ACCESS_TOKEN_EXPIRED', 'expired', sid)
  }
  // Issued by a clock that runs ahead. The token would outlive the announcement of a revocation.
  if (iat > seconds + clockTolerance) {
    return invalidToken
  }
  if (context.revocations.has(sid)) {
    return refusalOf('ERR_ACCESS_TOKEN_REVOKED', 'revoked', sid)
  }
  return { ...claims }
}

/**
 * When a token expires, in seconds. If `accessTokenLifetime` was shortened, that also applies to tokens issued before.
 */
export function endOf({ settings }: Context, { iat, exp }: Claims): number {
  return Math.min(exp, iat + settings.accessTokenLifetime)
}

/**
 * The claims of a token that we signed, even if it has expired or was revoked.
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

function invalidBecause(reason: 'invalid' | 'unknown_key'): Refusal {
  return new Refusal('ERR_ACCESS_TOKEN_INVALID', { type: 'refused', credential: 'access_token', reason })
}

function refusalOf(code: TokenErrorCode, reason: 'expired' | 'revoked', sid: string): Refusal {
  return new Refusal(code, { type: 'refused', credential: 'access_token', reason, sid })
}

/** Returns the claims. If the verdict is a refusal, emits its event and throws the TokenError. */
export function accept(context: Context, verdict: Claims | Refusal): Claims {
  if (verdict instanceof Refusal) {
    throw refuse(context, verdict)
  }
  return verdict
}

/** Emits the event of a refusal and returns its error. */
export function refuse({ emit }: Context, { code, event }: Refusal): TokenError {
  if (event !== undefined) {
    emit(event)
  }
  return new TokenError(code)
}
