import type { Claims } from '../access-token/claims.js'
import { readAccessToken } from '../access-token/read.js'
import { type Context, clockTolerance } from '../context.js'
import { StoreUnavailableError, TokenError } from '../errors.js'

/**
 * Checks an access token without a promise and without the store: who it is, or why not.
 *
 * @returns claims that belong to the caller; what is nested in them is shared and frozen
 * @throws TokenError `ERR_ACCESS_TOKEN_INVALID`, `_EXPIRED` or `_REVOKED`
 * @throws StoreUnavailableError when revocations may have been missed and `onStale` is `reject`
 */
export function verify(context: Context, token: string): Claims {
  const claims = check(context, token)
  if (context.settings.onStale === 'reject' && context.feed?.isStale) {
    context.publish({ type: 'refused', credential: 'access_token', reason: 'stale', sid: claims.sid })
    throw new StoreUnavailableError()
  }
  return claims
}

/** All that this process knows by itself. */
export function check(context: Context, token: string): Claims {
  const claims = context.verified.get(token) ?? firstSeen(context, token)
  const { sid, iat, exp } = claims
  const { now, accessTokenLifetime } = context.settings
  const seconds = now() / 1000
  // A lifetime that was shortened holds for the tokens that are out already.
  if (seconds >= exp || seconds >= iat + accessTokenLifetime) {
    context.publish({ type: 'refused', credential: 'access_token', reason: 'expired', sid })
    throw new TokenError('ERR_ACCESS_TOKEN_EXPIRED')
  }
  // From a clock that runs ahead: it would outlive the publication of a revocation.
  if (iat > seconds + clockTolerance) {
    throw invalid(context)
  }
  if (context.revocations.has(sid)) {
    context.publish({ type: 'refused', credential: 'access_token', reason: 'revoked', sid })
    throw new TokenError('ERR_ACCESS_TOKEN_REVOKED')
  }
  return { ...claims }
}

function firstSeen(context: Context, token: string): Claims {
  const claims = readAccessToken(context.accessRing, token, context.settings)
  if (claims === undefined) {
    throw invalid(context)
  }
  context.verified.set(token, claims)
  return claims
}

export function invalid({ publish }: Context): TokenError {
  publish({ type: 'refused', credential: 'access_token', reason: 'invalid' })
  return new TokenError('ERR_ACCESS_TOKEN_INVALID')
}
