import type { Claims } from '../access-token/claims.js'
import type { Context } from '../context.js'
import { TokenError } from '../errors.js'
import { hashSubject } from '../values/subject.js'
import { accept, verdictOn } from './verdict.js'

/**
 * Does what `verify` does, then requires that the session still exists in the store: one read. It is for routes that
 * must not wait until a revocation arrives from another process.
 *
 * @throws TokenError as `verify` does
 * @throws StoreUnavailableError
 */
export async function introspect(context: Context, token: string): Promise<Claims> {
  return confirm(context, accept(context, verdictOn(context, token)))
}

/**
 * Requires that the store has the session of an access token which was accepted.
 *
 * A missing session refuses this request. If the store announces its end, the session was ended on purpose, and that is
 * remembered. If not, nothing else follows (rule 34): the store may have been empty for a moment, or be the wrong one,
 * and will know the session again.
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
