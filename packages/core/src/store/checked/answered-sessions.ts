import type { SessionRef, StoredSession } from '../store.js'
import { generationAt, listAt, malformed, objectAt, textAt, timeAt, UnusableAnswer } from './shapes.js'

/**
 * Reads a session in an answer. It must be the one that was asked for: a store that mixes up two answers must not end
 * another user's session.
 */
export function readSession(path: string, value: unknown, asked: Partial<SessionRef>): StoredSession {
  const { subjectHash, sid, generation, createdAt, usedAt, idleUntil, absoluteUntil, data } = objectAt(
    path,
    value,
  )
  const session = {
    subjectHash: textAt(path, 'subjectHash', subjectHash),
    sid: textAt(path, 'sid', sid),
    generation: generationAt(path, 'generation', generation),
    createdAt: timeAt(path, 'createdAt', createdAt),
    usedAt: timeAt(path, 'usedAt', usedAt),
    idleUntil: timeAt(path, 'idleUntil', idleUntil),
    absoluteUntil: timeAt(path, 'absoluteUntil', absoluteUntil),
    data: textAt(path, 'data', data),
  }
  mustBeAsked(path, session, asked)
  if (session.idleUntil > session.absoluteUntil) {
    throw malformed(`${path}.idleUntil`, 'at or before absoluteUntil', idleUntil)
  }
  return session
}

/**
 * Reads a list of sessions of one subject that have ended. Each may occur once.
 *
 * @param spared `sid`s that must not be in the list
 */
export function readRefs(
  path: string,
  value: unknown,
  asked: string,
  spared: readonly (string | undefined)[],
): readonly SessionRef[] {
  const refs = listAt(path, value).map(each => {
    const { subjectHash, sid } = objectAt(`${path}[]`, each)
    return {
      subjectHash: textAt(`${path}[]`, 'subjectHash', subjectHash),
      sid: textAt(`${path}[]`, 'sid', sid),
    }
  })
  for (const ref of refs) {
    mustBeAsked(`${path}[]`, ref, { subjectHash: asked })
    if (spared.includes(ref.sid)) {
      throw new UnusableAnswer(`${path} must not name a session that was to be kept`)
    }
  }
  mustDiffer(path, refs)
  return refs
}

function mustBeAsked(path: string, { subjectHash, sid }: SessionRef, asked: Partial<SessionRef>): void {
  if (subjectHash !== (asked.subjectHash ?? subjectHash) || sid !== (asked.sid ?? sid)) {
    throw new UnusableAnswer(`${path} must be about the session or subject that was asked for (got another)`)
  }
}

export function mustDiffer(path: string, refs: readonly SessionRef[]): void {
  if (new Set(refs.map(({ sid }) => sid)).size < refs.length) {
    throw new UnusableAnswer(`${path} must name each session once (got one twice)`)
  }
}
