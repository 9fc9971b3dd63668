import { readAccessToken } from '../access-token/read.js'
import type { Context } from '../context.js'
import type { RevocationReason } from '../events.js'
import { decodeRefreshToken } from '../refresh-token/token.js'
import type { SessionRef } from '../store/store.js'
import { checkMembers, checkPresent, checkString } from '../values/check.js'
import { checkSubject, hashSubject } from '../values/subject.js'

/**
 * Which session to end: that of a token, or that of a subject with this `sid`.
 *
 * @example
 * const revocation: Revocation = { subject: 'ada', sid }
 */
export type Revocation = { token: string } | { subject: string; sid: string }

/**
 * Ends a session, for its refresh tokens and its access tokens alike. A token that is not ours, or an access token that
 * has expired, names no session. That is not an error (RFC 7009 section 2.2).
 *
 * @returns the `sid` of the session, or `undefined` if the token names none or the subject has no such live session
 * @throws TypeError if neither a token nor a subject and `sid` are given
 * @throws StoreUnavailableError
 */
export async function revoke(context: Context, revocation: Revocation): Promise<string | undefined> {
  const members = checkMembers('a revocation', revocation, ['token', 'subject', 'sid'])
  if ('token' in members) {
    const named = sessionOf(context, checkPresent('token', members.token))
    if (named !== undefined) {
      await endSession(context, named, 'revoke')
    }
    return named?.sid
  }
  const subject = checkSubject(members.subject)
  const sid = checkPresent('sid', members.sid)
  const ref = { subjectHash: hashSubject(subject), sid }
  const { keepFor } = context
  if (!(await context.store.delete(ref, { keepFor }))) {
    return undefined
  }
  context.revocations.add(ref)
  context.emit({ type: 'revoked', reason: 'revoke', sid, subject })
  return sid
}

/**
 * Ends the sessions of a subject except the one whose `sid` is in `except`.
 *
 * @returns the ids of the sessions that were ended
 * @throws TypeError for an invalid subject or `sid`
 * @throws StoreUnavailableError
 */
export async function revokeAll(
  context: Context,
  subject: string,
  options: { except?: string | undefined } = {},
): Promise<string[]> {
  const { keepFor } = context
  const subjectHash = hashSubject(checkSubject(subject))
  const members = checkMembers('options of revokeAll', options, ['except'])
  const except = checkString('except', members.except)
  const spared = except === undefined ? {} : { except }
  const ended = await context.store.deleteAll(subjectHash, { keepFor, ...spared })
  for (const ref of ended) {
    context.revocations.add(ref)
    context.emit({ type: 'revoked', reason: 'revoke_all', sid: ref.sid, subject })
  }
  return ended.map(({ sid }) => sid)
}

/** A session that one of our tokens names. `subject` is present if the token contains it. */
export interface NamedSession extends SessionRef {
  readonly subject?: string
}

/** The session of a refresh token of any generation, or of an access token that has not expired. */
export function sessionOf(context: Context, token: string): NamedSession | undefined {
  const refreshToken = decodeRefreshToken(context.refreshRing, token)
  if (refreshToken !== undefined) {
    return refreshToken
  }
  const claims = readAccessToken(context.accessRing, token, context.settings)
  const alive = claims !== undefined && context.settings.now() < claims.exp * 1000
  return alive ? { subjectHash: hashSubject(claims.sub), sid: claims.sid, subject: claims.sub } : undefined
}

/**
 * Ends a session for a caller who holds a valid token of it, or because the `claims` hook decided so. That is a
 * decision: it is announced and remembered even if the store does not know the session, as it may be the wrong store.
 *
 * The event is emitted only if the session was alive until now, so that one ending is one event (rule 38). If the
 * answer of the store is lost for good, the event of an outage is emitted instead: when asked again, the store finds no
 * live session.
 *
 * @returns whether this call ended it
 */
export async function endSession(
  { store, revocations, emit, keepFor }: Context,
  { subjectHash, sid, subject }: NamedSession,
  reason: RevocationReason,
): Promise<boolean> {
  const hasEnded = await store.delete({ subjectHash, sid }, { keepFor, always: true })
  revocations.add({ subjectHash, sid })
  if (hasEnded) {
    emit({ type: 'revoked', reason, sid, ...(subject !== undefined && { subject }) })
  }
  return hasEnded
}
