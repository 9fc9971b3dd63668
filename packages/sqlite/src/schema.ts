import type { SqliteDatabase } from './database.js'
import { faulty } from './errors.js'

/** The version of the tables. Within a major version, a migration only adds. */
const version = 1

/** The tables, by their prefix. */
export interface Tables {
  readonly sessions: string
  readonly feed: string
  readonly state: string
}

export function tablesOf(prefix: string): Tables {
  return { sessions: `${prefix}_sessions`, feed: `${prefix}_feed`, state: `${prefix}_state` }
}

/**
 * Creates the tables that are missing. Call it inside a transaction: several processes may start at once.
 *
 * `sessions` has one row for each session. Times are milliseconds since the epoch. No index contains a column that a
 * rotation changes. `feed` has one row for each end of a session that is still announced. `score` is the position in the
 * feed: microseconds that always rise. `state` has one row: the version of the tables and the highest score so far.
 *
 * @throws StoreUnavailableError if the tables belong to a newer version of this package
 */
export function migrate(database: SqliteDatabase, { sessions, feed, state }: Tables): void {
  database.exec(`
    CREATE TABLE IF NOT EXISTS ${sessions} (
      subject_hash TEXT NOT NULL, sid TEXT NOT NULL,
      newest INTEGER NOT NULL, first INTEGER NOT NULL, parent INTEGER, recover_until INTEGER NOT NULL,
      created_at INTEGER NOT NULL, used_at INTEGER NOT NULL, idle_until INTEGER NOT NULL,
      absolute_until INTEGER NOT NULL, idle_timeout INTEGER NOT NULL, lifetime INTEGER NOT NULL, data BLOB NOT NULL,
      PRIMARY KEY (subject_hash, sid)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS ${sessions}_absolute_until ON ${sessions} (absolute_until);
    CREATE TABLE IF NOT EXISTS ${feed} (
      score INTEGER PRIMARY KEY,
      subject_hash TEXT NOT NULL, sid TEXT NOT NULL, kind TEXT NOT NULL,
      announced_at INTEGER NOT NULL, kept_until INTEGER NOT NULL,
      UNIQUE (subject_hash, sid, kind)
    );
    CREATE INDEX IF NOT EXISTS ${feed}_kept_until ON ${feed} (kept_until);
    CREATE TABLE IF NOT EXISTS ${state} (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, highest INTEGER NOT NULL);
    INSERT OR IGNORE INTO ${state} (id, version, highest) VALUES (1, ${version}, 0);
  `)
  const row = database.prepare(`SELECT version FROM ${state}`).get() as { version: number | bigint }
  if (Number(row.version) > version) {
    throw faulty(
      `the tables have version ${row.version}, and this package knows ${version}: update @tokenratchet/sqlite`,
    )
  }
}
