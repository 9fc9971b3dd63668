import { checkMembers, type Rotation, type Store } from '@tokenratchet/core'
import {
  checkTimeout,
  createStep,
  deleteAllStep,
  deleteStep,
  findStep,
  rotateStep,
  stored,
  systemClock,
  wholeClock,
} from '@tokenratchet/core/store-kit'
import { recognise, type SqliteDatabase } from './database.js'
import { unavailable } from './errors.js'
import { FeedRows } from './feed.js'
import { migrate, tablesOf } from './schema.js'
import { SessionRows } from './sessions.js'
import { type Durability, Transactions } from './transactions.js'

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

interface Rows {
  readonly sessions: SessionRows
  readonly feed: FeedRows
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
  const { prefix = 'tokenratchet', timeout = 2000, now = systemClock } = members
  const opened = recognise(database)
  const tables = tablesOf(checkPrefix(prefix))
  const transactions = new Transactions(opened, checkTimeout(timeout))
  const time = wholeClock(now)
  let prepared: Promise<Rows> | undefined

  /** Creates the tables at the first use. After a failure, the next call tries again. */
  const prepare = (): Promise<Rows> => {
    prepared ??= transactions
      .write('decisions', () => migrate(opened, tables))
      .then(() => ({ sessions: new SessionRows(opened, tables), feed: new FeedRows(opened, tables) }))
      .catch(error => {
        prepared = undefined
        throw error
      })
    return prepared
  }
  const read = async <T>(run: (rows: Rows, now: number) => T): Promise<T> => {
    const rows = await prepare()
    try {
      return run(rows, time())
    } catch (error) {
      throw unavailable(error)
    }
  }
  const write = async <T>(
    durability: Durability,
    run: (rows: Rows, now: number) => T,
    isDecision?: (answer: T) => boolean,
  ): Promise<T> => {
    const rows = await prepare()
    return transactions.write(durability, () => run(rows, time()), isDecision)
  }

  turnOnWriteAheadLog(opened)
  return {
    create: (session, rules) =>
      write('decisions', (rows, now) => {
        rows.sessions.sweep(session.subjectHash, now)
        return createStep(rows, session, rules, now)
      }),
    rotate: (ref, step) =>
      write<Rotation>(
        'rotations',
        (rows, now) => rotateStep(rows, ref, step, now),
        ({ outcome }) => outcome === 'reused',
      ),
    find: ref => read((rows, now) => findStep(rows, ref, now)),
    list: subjectHash => read(({ sessions }, now) => sessions.of(subjectHash, now).map(stored)),
    delete: (ref, how) => write('decisions', (rows, now) => deleteStep(rows, ref, how, now)),
    deleteAll: (subjectHash, how) =>
      write('decisions', (rows, now) => deleteAllStep(rows, subjectHash, how, now)),
    revokedSince: (cursor, how = {}) => read(({ feed }, now) => feed.since(cursor, now, how)),
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
