import { readAccessToken } from '../access-token/read.js'
import type { Context } from '../context.js'
import type { RevocationReason } from '../events.js'
import { decodeRefreshToken } from '../refresh-token/token.js'
import type { SessionRef } from '../store/store.js'
import { checkSubject, tagOf } from '../subject.js'

/** The session of a token, or the one that an id names among a subject's. */
export type Revocation = { token: string } | { subject: string; sid: string }

/**
 * Ends a session, for its refresh token and its access tokens alike. A token that is not ours, or an access token
 * that has expired, names none, which is no error (RFC 7009 section 2.2).
 *
 * @returns the `sid` that the revocation named, or `undefined` when it named none
 * @throws TypeError when neither a token nor a subject and `sid` are given
 * @throws StoreUnavailableError
 */
export async function revoke(context: Context, revocation: Revocation): Promise<string | undefined> {
  if ('token' in revocation) {
    const ref = named(context, revocation.token)
    if (ref !== undefined) {
      await endSession(context, ref, 'revoke')
    }
    return ref?.sid
  }
  const { subject, sid } = revocation
  if (typeof sid !== 'string') {
    throw new TypeError('sid must be a string')
  }
  const ref = { tag: tagOf(checkSubject(subject)), sid }
  const { publishFor } = context
  if (!(await context.ask(store => store.delete(ref, { publishFor })))) {
    return undefined
  }
  context.revocations.add(sid)
  context.publish({ type: 'revoked', reason: 'revoke', sid, subject })
  return sid
}

/**
 * Ends the sessions of a subject, but for the `sid` in `except`.
 *
 * @returns the ids of the sessions that ended
 * @throws StoreUnavailableError
 */
export async function revokeAll(
  context: Context,
  subject: string,
  { except }: { except?: string | undefined } = {},
): Promise<string[]> {
  const { publishFor } = context
  const tag = tagOf(checkSubject(subject))
  const ended = await context.ask(store =>
    store.deleteAll(tag, { publishFor, ...(except !== undefined && { except }) }),
  )
  for (const { sid } of ended) {
    context.revocations.add(sid)
    context.publish({ type: 'revoked', reason: 'revoke_all', sid, subject })
  }
  return ended.map(({ sid }) => sid)
}

/** For callers who held a valid token of the session: it is published whether it was still there or not. */
export async function endSession(
  { ask, revocations, publish, publishFor }: Context,
  { tag, sid }: SessionRef,
  reason: RevocationReason,
): Promise<void> {
  await ask(store => store.delete({ tag, sid }, { publishFor, always: true }))
  revocations.add(sid)
  publish({ type: 'revoked', reason, sid })
}

function named(context: Context, token: string): SessionRef | undefined {
  const refreshToken = decodeRefreshToken(context.refreshRing, token)
  if (refreshToken !== undefined) {
    return refreshToken
  }
  const claims = readAccessToken(context.accessRing, token, context.settings)
  const alive = claims !== undefined && context.settings.now() < claims.exp * 1000
  return alive ? { tag: tagOf(claims.sub), sid: claims.sid } : undefined
}
