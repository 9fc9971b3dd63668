import type { Claims } from '../access-token/claims.js'
import type { Context } from '../context.js'
import { TokenError } from '../errors.js'
import { tagOf } from '../subject.js'
import { accepted, judge } from './verify.js'

/**
 * `verify`, and one read of the store: for routes that must not wait for a revocation to arrive.
 *
 * @throws TokenError as `verify` does
 * @throws StoreUnavailableError
 */
export async function introspect(context: Context, token: string): Promise<Claims> {
  return confirm(context, accepted(context, judge(context, token)))
}

/** The store's word on the session of a token that was accepted. */
export async function confirm(context: Context, claims: Claims): Promise<Claims> {
  const { sub, sid } = claims
  const session = await context.store.find({ tag: tagOf(sub), sid })
  if (session === undefined) {
    // Also where the store has lost it: nothing will refresh it any more, and no route here goes on taking its tokens.
    context.revocations.add({ tag: tagOf(sub), sid })
    context.publish({ type: 'refused', credential: 'access_token', reason: 'revoked', sid })
    throw new TokenError('ERR_ACCESS_TOKEN_REVOKED')
  }
  return claims
}
