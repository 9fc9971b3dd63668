import { TokenError } from '../../errors.js'
import type { Session } from '../../sessions/session.js'
import { hashSubject } from '../../values/subject.js'
import { endSession, revoke } from '../../verbs/revoke.js'
import { sessions } from '../../verbs/sessions.js'
import { guardByStore } from '../guard/guard.js'
import { clearedUnlessBearer } from '../logout.js'
import { noStore } from '../response/answers.js'
import type { Handler } from './handler.js'

/** Lists the user's own sessions. The list contains nothing that a credential could be made from. */
export const handleList: Handler = async (context, http, request) => {
  const { sub, sid } = await guardByStore(context, http, request)
  const own = await sessions(context, sub)
  return {
    status: 200,
    headers: { ...noStore },
    body: { sessions: own.map(session => shown(session, session.sid === sid)) },
  }
}

/** Ends one of the user's own sessions. Returns 404 for a session of another user. */
export const handleDelete: Handler = async (context, http, request, sid = '') => {
  const claims = await guardByStore(context, http, request)
  const isCurrent = claims.sid === sid
  if (isCurrent) {
    await endSession(context, { subjectHash: hashSubject(claims.sub), sid, subject: claims.sub }, 'revoke')
  } else if ((await revoke(context, { subject: claims.sub, sid })) === undefined) {
    const reason = 'session_not_found'
    context.emit({ type: 'refused', credential: 'access_token', reason, sid: claims.sid })
    throw new TokenError('ERR_SESSION_NOT_FOUND')
  }
  return { status: 204, headers: clearedUnlessBearer(http, request, isCurrent) }
}

/** Converts a session for the wire. Times are in ISO 8601, from the store's clock. */
function shown(session: Session, current: boolean): object {
  const { sid, device, ip, scope, createdAt, usedAt, idleUntil, absoluteUntil } = session
  return {
    sid,
    current,
    ...(device !== undefined && { device }),
    ...(ip !== undefined && { ip }),
    ...(scope !== undefined && { scope }),
    created_at: createdAt,
    used_at: usedAt,
    idle_until: idleUntil,
    absolute_until: absoluteUntil,
  }
}
