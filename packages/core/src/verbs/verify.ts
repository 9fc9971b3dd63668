import type { Claims } from '../access-token/claims.js'
import type { Context } from '../context.js'
import { StoreUnavailableError } from '../errors.js'
import { hashSubject } from '../values/subject.js'
import { accept, verdictOn } from './verdict.js'

/**
 * Checks an access token, synchronously and without the store. Revocations of other processes apply once the feed has
 * brought them.
 *
 * @returns claims that belong to the caller; values nested in them are shared and frozen
 * @throws TokenError `ERR_ACCESS_TOKEN_INVALID`, `_EXPIRED` or `_REVOKED`
 * @throws StoreUnavailableError when revocations may have been missed and `onStale` is `reject`
 */
export function verify(context: Context, token: string): Claims {
  const claims = accept(context, verdictOn(context, token))
  checkFeed(context, claims)
  return claims
}

/** @throws StoreUnavailableError when revocations may have been missed and `onStale` is `reject` */
export function checkFeed({ settings, feed, emit }: Context, { sub, sid }: Claims): void {
  if (settings.onStale === 'reject' && feed?.isStale(() => hashSubject(sub))) {
    emit({ type: 'refused', credential: 'access_token', reason: 'stale', sid })
    throw new StoreUnavailableError()
  }
}
