import { StoreUnavailableError } from '../errors.js'
import type { Generations } from '../sessions/rotation.js'
import { isWithinLimits } from './limits.js'
import type { NewSession, StoredSession } from './store.js'

/**
 * A session as a store that runs JavaScript holds it.
 *
 * @example
 * const entry: Entry | undefined = records.sessions.get(ref, now)
 */
export interface Entry extends Generations, NewSession {
  readonly usedAt: number
  readonly idleUntil: number
  readonly absoluteUntil: number
}

/** Makes a session that begins now. */
export function created(session: NewSession, now: number): Entry {
  const { subjectHash, sid, idleTimeout, lifetime, data } = session
  const absoluteUntil = now + lifetime * 1000
  const none = { newest: 0, first: 0, parent: undefined, recoverUntil: 0 }
  return used(
    {
      subjectHash,
      sid,
      idleTimeout,
      lifetime,
      data,
      createdAt: now,
      usedAt: now,
      idleUntil: 0,
      absoluteUntil,
      ...none,
    },
    now,
  )
}

/** A session after it was used now: its idle deadline moves, but never past the absolute deadline. */
export function used(entry: Entry, now: number): Entry {
  return { ...entry, usedAt: now, idleUntil: Math.min(now + entry.idleTimeout * 1000, entry.absoluteUntil) }
}

/**
 * The session as the store returns it.
 *
 * @example
 * const sessions = entries.map(stored)
 */
export function stored({
  subjectHash,
  sid,
  newest,
  createdAt,
  usedAt,
  idleUntil,
  absoluteUntil,
  data,
}: Entry): StoredSession {
  return { subjectHash, sid, generation: newest, createdAt, usedAt, idleUntil, absoluteUntil, data }
}

/**
 * Call it before anything is written. No refresh token could be made for a session beyond the limits.
 *
 * @throws StoreUnavailableError
 */
export function checkLimits(entry: Entry): void {
  if (!isWithinLimits(stored(entry))) {
    throw new StoreUnavailableError({
      cause: new Error('A time of the new session exceeds maxSessionNumber'),
    })
  }
}
