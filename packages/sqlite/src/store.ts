import { checkMembers, type SessionRef, type Store } from '@tokenratchet/core'
import { checkLimits, created, rotation, stored, used } from '@tokenratchet/core/store-kit'
import { recognise, type SqliteDatabase } from './database.js'
import { faulty, unavailable } from './errors.js'
import { FeedRows } from './feed.js'
import { migrate, tablesOf } from './schema.js'
import { SessionRows } from './sessions.js'
import { needsDecision, Transactions } from './transactions.js'

/**
 * The options of `sqliteStore`.
 *
 * @example
 * ```ts
 * const options: SqliteStoreOptions = { prefix: 'login', timeout: 1000 }
 * ```
 */
export interface SqliteStoreOptions {
  /**
   * The beginning of the names of the tables, which applications that share a file need to keep apart. 1 to 40 letters,
   * digits and underscores, not beginning with a digit. Default `tokenratchet`.
   *
   * @example 'login'
   */
  prefix?: string | undefined
  /**
   * Milliseconds for which a call waits while another connection writes, from 1 to 60,000. Then it fails with
   * `StoreUnavailableError`. Default 2000.
   *
   * @example 1000
   */
  timeout?: number | undefined
  /**
   * The clock: milliseconds since the epoch. Default: the system clock.
   *
   * @example fakeClock().now
   */
  now?: (() => number) | undefined
}

/**
 * Creates a store that keeps sessions in a SQLite file: a restart of the process logs nobody out, and several processes
 * of one host may share the file. The database is yours. The store turns on write-ahead logging, puts other settings
 * back after each call, and never closes it: close it after the app.
 *
 * **Never put the file on a network file system.** Its locks do not work there, and the file breaks.
 *
 * @param database opened with better-sqlite3, libsql or node:sqlite
 * @throws TypeError if the database is not one of these, or if an option is invalid
 * @example
 * ```ts
 * const database = new Database('app.db')
 * await app.register(tokenratchet, { secret, store: sqliteStore(database) })
 * ```
 */
export function sqliteStore(database: SqliteDatabase, options: SqliteStoreOptions = {}): Store {
  const members = checkMembers('options of sqliteStore', options, ['prefix', 'timeout', 'now'])
  const { prefix = 'tokenratchet', timeout = 2000, now = () => Date.now() } = members
  const opened = recognise(database)
  const tables = tablesOf(checkPrefix(prefix))
  const transactions = new Transactions(opened, checkTimeout(timeout))
  const time = clock(now)
  let prepared: Promise<{ sessions: SessionRows; feed: FeedRows }> | undefined

  /** Creates the tables at the first use. After a failure, the next call tries again. */
  const prepare = () => {
    prepared ??= transactions
      .write('decisions', () => migrate(opened, tables))
      .then(() => ({ sessions: new SessionRows(opened, tables), feed: new FeedRows(opened, tables) }))
    prepared.catch(() => {
      prepared = undefined
    })
    return prepared
  }
  const read = async <T>(run: (rows: { sessions: SessionRows; feed: FeedRows }) => T): Promise<T> => {
    const rows = await prepare()
    try {
      return run(rows)
    } catch (error) {
      throw unavailable(error)
    }
  }
  const revoke = (
    { sessions, feed }: { sessions: SessionRows; feed: FeedRows },
    ref: SessionRef,
    keepFor: number,
    at: number,
    always = false,
  ): boolean => {
    const wasLive = sessions.get(ref, at) !== undefined
    sessions.delete(ref)
    if (wasLive || always) {
      feed.announce(ref, 'revoked', keepFor, at, wasLive)
    }
    return wasLive
  }

  turnOnWriteAheadLog(opened)
  return {
    async create(session, { perSubject, replaces, keepFor }) {
      const rows = await prepare()
      const { sessions, feed } = rows
      return transactions.write('decisions', () => {
        const at = time()
        sessions.sweep(session.subjectHash, at)
        let entry = sessions.get(session, at)
        if (entry === undefined) {
          if (feed.kindOf(session, at) !== undefined) {
            throw faulty('the session was created and ended before: it is not created again')
          }
          entry = created(session, at)
          checkLimits(entry)
          sessions.set(entry)
        }
        const isOther = replaces !== undefined && replaces.sid !== session.sid
        const replaced = isOther && revoke(rows, replaces, keepFor, at, true)
        const others = sessions.of(session.subjectHash, at).filter(({ sid }) => sid !== session.sid)
        const evicted = others.slice(0, Math.max(0, others.length + 1 - perSubject))
        for (const each of evicted) {
          sessions.delete(each)
          feed.announce(each, 'evicted', keepFor, at, true)
        }
        return {
          now: at,
          session: stored(entry),
          replaced,
          evicted: evicted.map(({ subjectHash, sid }) => ({ subjectHash, sid })),
        }
      })
    },

    async rotate(ref, { generation, recovery, keepFor }) {
      const rows = await prepare()
      let isDurable = false
      return transactions.write('rotations', () => {
        const at = time()
        const entry = rows.sessions.get(ref, at)
        if (entry === undefined) {
          return { outcome: 'unknown' as const, now: at }
        }
        const decision = rotation(entry, generation, recovery, at)
        if (decision.outcome === 'reused') {
          // The end of a session must survive a power failure, and it is known only inside the transaction.
          if (!isDurable) {
            isDurable = true
            return needsDecision
          }
          revoke(rows, ref, keepFor, at)
          return { outcome: 'reused' as const, now: at, session: stored(entry) }
        }
        const next = { ...entry, ...decision.next }
        const left = decision.outcome === 'reissued' ? next : used(next, at)
        rows.sessions.set(left)
        return { outcome: decision.outcome, now: at, session: stored(left) }
      })
    },

    find(ref) {
      return read(({ sessions, feed }) => {
        const at = time()
        const entry = sessions.get(ref, at)
        return {
          now: at,
          session: entry && stored(entry),
          announced: entry === undefined ? feed.kindOf(ref, at) : undefined,
        }
      })
    },

    list(subjectHash) {
      return read(({ sessions }) => sessions.of(subjectHash, time()).map(stored))
    },

    async delete(ref, { keepFor, always }) {
      const rows = await prepare()
      return transactions.write('decisions', () => revoke(rows, ref, keepFor, time(), always))
    },

    async deleteAll(subjectHash, { keepFor, except }) {
      const rows = await prepare()
      return transactions.write('decisions', () => {
        const at = time()
        const ended = rows.sessions.of(subjectHash, at).filter(({ sid }) => sid !== except)
        for (const each of ended) {
          revoke(rows, each, keepFor, at)
        }
        return ended.map(({ sid }) => ({ subjectHash, sid }))
      })
    },

    revokedSince(cursor, how = {}) {
      return read(({ feed }) => feed.since(cursor, time(), how))
    },
  }
}

/** Readers then never wait for a writer. The setting belongs to the file and stays. */
function turnOnWriteAheadLog(database: SqliteDatabase): void {
  database.prepare('PRAGMA journal_mode = WAL').get()
}

function checkPrefix(prefix: unknown): string {
  if (typeof prefix !== 'string' || !/^[A-Za-z_]\w{0,39}$/.test(prefix)) {
    throw new TypeError('prefix must be 1 to 40 letters, digits and underscores, not beginning with a digit')
  }
  return prefix
}

function checkTimeout(timeout: unknown): number {
  if (!Number.isSafeInteger(timeout) || Number(timeout) < 1 || Number(timeout) > 60_000) {
    const got = typeof timeout === 'number' ? timeout : typeof timeout
    throw new TypeError(`timeout must be a whole number of milliseconds from 1 to 60,000 (got ${got})`)
  }
  return timeout as number
}

function clock(now: unknown): () => number {
  if (typeof now !== 'function') {
    throw new TypeError(`now must be a function (got ${typeof now})`)
  }
  return () => {
    const time = Math.floor(Number(now()))
    if (!Number.isSafeInteger(time)) {
      throw faulty('now() did not return a time')
    }
    return time
  }
}
