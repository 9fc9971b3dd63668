import { StoreUnavailableError } from '../../errors.js'
import { rotation } from '../../sessions/rotation.js'
import { checkCount, checkMembers } from '../../values/check.js'
import { systemClock, wholeClock } from '../../values/clock.js'
import type { SessionRef, Store } from '../store.js'
import { checkLimits, created, stored, used } from './entry.js'
import { Feed } from './feed.js'
import { MemorySessions } from './sessions.js'

/**
 * The options of `memoryStore`.
 *
 * @example
 * memoryStore({ now: clock.now, maxSessions: 1000 })
 */
export interface MemoryStoreOptions {
  /** The clock: milliseconds since the epoch. Default: the system clock. */
  now?: () => number
  /** The most sessions that are kept. A login beyond them returns 503, as with a full server. Default: 100,000. */
  maxSessions?: number
}

/**
 * Keeps sessions in the memory of this process. A restart logs everyone out, and other processes do not know the
 * sessions: use it for development, for tests, and for a single process that may forget its sessions.
 *
 * It is as strict as a store on a server. It never drops a live session to make room, and holds no timer.
 *
 * @throws TypeError that names the invalid option
 *
 * @example
 * const tokens = createTokens({ secret, store: memoryStore() })
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  const members = checkMembers('options of memoryStore', options, ['now', 'maxSessions'])
  const { maxSessions = 100_000, now: clock = systemClock } = members
  const now = wholeClock(clock)
  const sessions = new MemorySessions(checkCount('maxSessions', maxSessions))
  const feed = new Feed()

  const revoke = (ref: SessionRef, keepFor: number, time: number, always = false): boolean => {
    const wasLive = sessions.get(ref, time) !== undefined
    sessions.delete(ref)
    if (wasLive || always) {
      feed.announce(ref, 'revoked', keepFor, time, wasLive)
    }
    return wasLive
  }

  return {
    async create(session, { perSubject, replaces, keepFor }) {
      const time = now()
      if (sessions.sweep(time)) {
        feed.drop(time)
      }
      let entry = sessions.get(session, time)
      if (entry === undefined) {
        if (feed.kindOf(session, time) !== undefined) {
          throw new StoreUnavailableError({
            cause: new Error('the session was created and ended before: it is not created again'),
          })
        }
        sessions.checkRoom(time, replaces)
        entry = created(session, time)
        checkLimits(entry)
        sessions.set(entry)
      }
      const isOther = replaces !== undefined && replaces.sid !== session.sid
      const replaced = isOther && revoke(replaces, keepFor, time, true)
      const others = sessions.of(session.subjectHash, time).filter(({ sid }) => sid !== session.sid)
      const evicted = others
        .sort((one, other) => one.usedAt - other.usedAt)
        .slice(0, Math.max(0, others.length + 1 - perSubject))
      for (const each of evicted) {
        sessions.delete(each)
        feed.announce(each, 'evicted', keepFor, time, true)
      }
      return {
        now: time,
        session: stored(entry),
        replaced,
        evicted: evicted.map(({ subjectHash, sid }) => ({ subjectHash, sid })),
      }
    },

    async rotate(ref, { generation, recovery, keepFor }) {
      const time = now()
      const entry = sessions.get(ref, time)
      if (entry === undefined) {
        return { outcome: 'unknown', now: time }
      }
      const decision = rotation(entry, generation, recovery, time)
      if (decision.outcome === 'reused') {
        revoke(ref, keepFor, time)
        return { outcome: 'reused', now: time, session: stored(entry) }
      }
      const next = { ...entry, ...decision.next }
      const left = decision.outcome === 'reissued' ? next : used(next, time)
      sessions.set(left)
      return { outcome: decision.outcome, now: time, session: stored(left) }
    },

    async find(ref) {
      const time = now()
      const entry = sessions.get(ref, time)
      return {
        now: time,
        session: entry && stored(entry),
        announced: entry === undefined ? feed.kindOf(ref, time) : undefined,
      }
    },

    async list(subjectHash) {
      return sessions.of(subjectHash, now()).map(stored)
    },

    async delete(ref, { keepFor, always }) {
      return revoke(ref, keepFor, now(), always)
    },

    async deleteAll(subjectHash, { keepFor, except }) {
      const time = now()
      const ended = sessions.of(subjectHash, time).filter(({ sid }) => sid !== except)
      for (const each of ended) {
        revoke(each, keepFor, time)
      }
      return ended.map(({ sid }) => ({ subjectHash, sid }))
    },

    async revokedSince(cursor, how = {}) {
      return feed.since(cursor, now(), how)
    },
  }
}
