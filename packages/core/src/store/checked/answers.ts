import type {
  AnnouncedRevocation,
  Creation,
  CreationRules,
  Found,
  Revoked,
  Rotation,
  SessionRef,
  StoredSession,
} from '../store.js'
import { mustDiffer, readRefs, readSession } from './answered-sessions.js'
import { booleanAt, kindAt, listAt, malformed, objectAt, textAt, timeAt, UnusableAnswer } from './shapes.js'

// Each function here checks the answer of one method of a store. It throws `UnusableAnswer` for an answer of another
// shape than the contract requires, or about something else than was asked for.

export function readCreation(value: unknown, asked: SessionRef, { replaces }: CreationRules): Creation {
  const { now, session, replaced, evicted } = objectAt('answer', value)
  return {
    ...readLiving(now, session, asked),
    replaced: booleanAt('answer', 'replaced', replaced),
    evicted: readRefs('answer.evicted', evicted, asked.subjectHash, [asked.sid, replaces?.sid]),
  }
}

/** @param presented the generation that was presented: the new generation must be above it */
export function readRotation(value: unknown, asked: SessionRef, presented: number): Rotation {
  const answer = objectAt('answer', value)
  const { outcome } = answer
  const now = timeAt('answer', 'now', answer['now'])
  if (outcome === 'unknown') {
    return { outcome, now }
  }
  if (outcome === 'reused') {
    return { outcome, now, session: readSession('answer.session', answer['session'], asked) }
  }
  if (outcome !== 'rotated' && outcome !== 'reissued' && outcome !== 'healed') {
    throw malformed('answer.outcome', 'an outcome of the contract', outcome)
  }
  const { session } = readLiving(now, answer['session'], asked)
  if (session.generation <= presented) {
    throw malformed('answer.session.generation', 'greater than the one presented', session.generation)
  }
  return { outcome, now, session }
}

/** Reads a session that is alive: its deadline must be later than `now`. */
function readLiving(at: unknown, value: unknown, asked: SessionRef): { now: number; session: StoredSession } {
  const now = timeAt('answer', 'now', at)
  const session = readSession('answer.session', value, asked)
  if (session.idleUntil <= now) {
    throw malformed('answer.session.idleUntil', 'after answer.now', session.idleUntil)
  }
  return { now, session }
}

export function readFound(value: unknown, asked: SessionRef): Found {
  const { now, session, announced } = objectAt('answer', value)
  if (session === undefined) {
    const kind = announced === undefined ? undefined : kindAt('answer', 'announced', announced)
    return { now: timeAt('answer', 'now', now), session, announced: kind }
  }
  if (announced !== undefined) {
    throw malformed('answer.announced', 'undefined when the session is alive', announced)
  }
  return { ...readLiving(now, session, asked), announced }
}

export function readList(value: unknown, subjectHash: string): readonly StoredSession[] {
  const found = listAt('answer', value).map(each => readSession('answer[]', each, { subjectHash }))
  mustDiffer('answer', found)
  return found
}

export function readDeletion(value: unknown): boolean {
  if (typeof value !== 'boolean') {
    throw malformed('answer', 'a boolean', value)
  }
  return value
}

/** @param except the `sid` that was spared */
export function readDeletions(
  value: unknown,
  subjectHash: string,
  except: string | undefined,
): readonly SessionRef[] {
  return readRefs('answer', value, subjectHash, [except])
}

/**
 * @param asked the cursor that was passed: an answer that has more but does not advance the cursor would be read for
 *   ever
 */
export function readRevoked(value: unknown, asked: string | undefined): Revoked {
  const { revoked, cursor, isContinuous, hasMore } = objectAt('answer', value)
  const answer = {
    revoked: listAt('answer.revoked', revoked).map(readRevocation),
    cursor: textAt('answer', 'cursor', cursor),
    isContinuous: booleanAt('answer', 'isContinuous', isContinuous),
    hasMore: booleanAt('answer', 'hasMore', hasMore),
  }
  if (answer.hasMore && answer.cursor === asked) {
    throw new UnusableAnswer(
      'answer.cursor must move on when answer.hasMore is true (got the cursor that was passed)',
    )
  }
  return answer
}

function readRevocation(value: unknown): AnnouncedRevocation {
  const path = 'answer.revoked[]'
  const { subjectHash, sid, kind, age } = objectAt(path, value)
  if (typeof age !== 'number' || !Number.isFinite(age)) {
    throw malformed(`${path}.age`, 'milliseconds', age)
  }
  return {
    subjectHash: textAt(path, 'subjectHash', subjectHash),
    sid: textAt(path, 'sid', sid),
    kind: kindAt(path, 'kind', kind),
    age,
  }
}
