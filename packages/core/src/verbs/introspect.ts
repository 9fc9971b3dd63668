import type { Claims } from '../access-token/claims.js'
import type { Context } from '../context.js'
import { TokenError } from '../errors.js'
import { hashSubject } from '../values/subject.js'
import { accept, verdictOn } from './verdict.js'

/**
 * `verify`, and one read of the store: for routes that must not wait for a revocation to arrive.
 *
 * @throws TokenError as `verify` does
 * @throws StoreUnavailableError
 */
export async function introspect(context: Context, token: string): Promise<Claims> {
  return confirm(context, accept(context, verdictOn(context, token)))
}

/**
 * Asks the store for the session of an access token that was accepted.
 *
 * A session that is not there refuses this request. If the store also announces its end, that is a decision and is
 * remembered. If not, nothing else follows (rule 34): the store may have been empty for a moment, or another one, and will
 * know the session again.
 */
export async function confirm(context: Context, claims: Claims): Promise<Claims> {
  const { sub, sid } = claims
  const ref = { subjectHash: hashSubject(sub), sid }
  const { session, announced } = await context.store.find(ref)
  if (session === undefined) {
    if (announced !== undefined) {
      context.revocations.learn(ref, announced)
    }
    const reason = context.revocations.has(sid) ? 'revoked' : 'absent'
    context.emit({ type: 'refused', credential: 'access_token', reason, sid })
    throw new TokenError('ERR_ACCESS_TOKEN_REVOKED')
  }
  return claims
}
