import { StoreUnavailableError } from '../errors.js'
import { rotation } from '../sessions/rotation.js'
import { checkLimits, created, type Entry, stored, used } from './entry.js'
import type {
  AnnouncedKind,
  Announcing,
  Creation,
  CreationRules,
  Found,
  NewSession,
  Rotation,
  RotationStep,
  SessionRef,
} from './store.js'

/**
 * The sessions of a store that runs JavaScript in its own transaction. A session whose deadline has passed counts as
 * missing.
 *
 * @example
 * const sessions: SessionRecords = new SessionRows(database, tables)
 */
export interface SessionRecords {
  get(ref: SessionRef, now: number): Entry | undefined
  /** The live sessions of a subject, in any order. */
  of(subjectHash: string, now: number): Entry[]
  set(entry: Entry): void
  delete(ref: SessionRef): void
  /** Throws if there is no room for a new session that replaces another one. */
  checkRoom?(now: number, replaces: SessionRef | undefined): void
}

/**
 * The feed of such a store.
 *
 * @example
 * const feed: FeedRecords = new FeedRows(database, tables)
 */
export interface FeedRecords {
  /**
   * Announces the end of a session.
   *
   * @param moves whether an entry that exists already moves to the end of the feed, because its session was alive until
   *   now
   */
  announce(ref: SessionRef, kind: AnnouncedKind, keepFor: number, now: number, moves: boolean): void
  /** How the end of a session is announced. `revoked` wins if it is announced as both. */
  kindOf(ref: SessionRef, now: number): AnnouncedKind | undefined
}

/**
 * What the steps of a store read and write.
 *
 * @example
 * const records: StoreRecords = { sessions, feed }
 */
export interface StoreRecords {
  readonly sessions: SessionRecords
  readonly feed: FeedRecords
}

/**
 * The step `create` of the contract. Run it in one transaction.
 *
 * @throws StoreUnavailableError if the session must not be created
 * @example
 * const creation = transaction(() => createStep(records, session, rules, Date.now()))
 */
export function createStep(
  records: StoreRecords,
  session: NewSession,
  { perSubject, replaces, keepFor }: CreationRules,
  now: number,
): Creation {
  const { sessions, feed } = records
  let entry = sessions.get(session, now)
  if (entry === undefined) {
    if (feed.kindOf(session, now) !== undefined) {
      throw new StoreUnavailableError({
        cause: new Error('the session was created and ended before: it is not created again'),
      })
    }
    sessions.checkRoom?.(now, replaces)
    entry = created(session, now)
    checkLimits(entry)
    sessions.set(entry)
  }
  const isOther = replaces !== undefined && replaces.sid !== session.sid
  const replaced = isOther && deleteStep(records, replaces, { keepFor, always: true }, now)
  const others = sessions.of(session.subjectHash, now).filter(({ sid }) => sid !== session.sid)
  const evicted = others
    .sort((one, other) => one.usedAt - other.usedAt)
    .slice(0, Math.max(0, others.length + 1 - perSubject))
  for (const each of evicted) {
    sessions.delete(each)
    feed.announce(each, 'evicted', keepFor, now, true)
  }
  return { now, session: stored(entry), replaced, evicted: evicted.map(refOf) }
}

/**
 * The step `rotate` of the contract. Run it in one transaction.
 *
 * @throws StoreUnavailableError if the next generation does not fit into a refresh token
 * @example
 * const answer = transaction(() => rotateStep(records, ref, step, Date.now()))
 */
export function rotateStep(
  records: StoreRecords,
  ref: SessionRef,
  { generation, recovery, keepFor }: RotationStep,
  now: number,
): Rotation {
  const entry = records.sessions.get(ref, now)
  if (entry === undefined) {
    return { outcome: 'unknown', now }
  }
  const decision = rotation(entry, generation, recovery, now)
  if (decision.outcome === 'reused') {
    deleteStep(records, ref, { keepFor }, now)
    return { outcome: 'reused', now, session: stored(entry) }
  }
  const next = { ...entry, ...decision.next }
  const left = decision.outcome === 'reissued' ? next : used(next, now)
  records.sessions.set(left)
  return { outcome: decision.outcome, now, session: stored(left) }
}

/**
 * The step `find` of the contract.
 *
 * @example
 * const found = findStep(records, ref, Date.now())
 */
export function findStep({ sessions, feed }: StoreRecords, ref: SessionRef, now: number): Found {
  const entry = sessions.get(ref, now)
  return {
    now,
    session: entry && stored(entry),
    announced: entry === undefined ? feed.kindOf(ref, now) : undefined,
  }
}

/**
 * The step `delete` of the contract. Run it in one transaction.
 *
 * @example
 * const wasLive = transaction(() => deleteStep(records, ref, { keepFor: 900 }, Date.now()))
 */
export function deleteStep(
  { sessions, feed }: StoreRecords,
  ref: SessionRef,
  { keepFor, always = false }: Announcing & { readonly always?: boolean },
  now: number,
): boolean {
  const wasLive = sessions.get(ref, now) !== undefined
  sessions.delete(ref)
  if (wasLive || always) {
    feed.announce(ref, 'revoked', keepFor, now, wasLive)
  }
  return wasLive
}

/**
 * The step `deleteAll` of the contract. Run it in one transaction.
 *
 * @example
 * const ended = transaction(() => deleteAllStep(records, subjectHash, { keepFor: 900 }, Date.now()))
 */
export function deleteAllStep(
  records: StoreRecords,
  subjectHash: string,
  { keepFor, except }: Announcing & { readonly except?: string },
  now: number,
): SessionRef[] {
  const ended = records.sessions.of(subjectHash, now).filter(({ sid }) => sid !== except)
  for (const each of ended) {
    deleteStep(records, each, { keepFor }, now)
  }
  return ended.map(refOf)
}

function refOf({ subjectHash, sid }: SessionRef): SessionRef {
  return { subjectHash, sid }
}
