import { checkCount, checkMembers } from '../../values/check.js'
import { systemClock, wholeClock } from '../../values/clock.js'
import { stored } from '../entry.js'
import { createStep, deleteAllStep, deleteStep, findStep, rotateStep } from '../steps.js'
import type { Store } from '../store.js'
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
  const records = { sessions, feed }

  return {
    async create(session, rules) {
      const time = now()
      if (sessions.sweep(time)) {
        feed.drop(time)
      }
      return createStep(records, session, rules, time)
    },
    rotate: async (ref, step) => rotateStep(records, ref, step, now()),
    find: async ref => findStep(records, ref, now()),
    list: async subjectHash => sessions.of(subjectHash, now()).map(stored),
    delete: async (ref, how) => deleteStep(records, ref, how, now()),
    deleteAll: async (subjectHash, how) => deleteAllStep(records, subjectHash, how, now()),
    revokedSince: async (cursor, how = {}) => feed.since(cursor, now(), how),
  }
}
