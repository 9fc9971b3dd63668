/**
 * What our statements bind.
 *
 * @example
 * ```ts
 * const values: SqliteValue[] = [subjectHash, sid, 0, null]
 * ```
 */
export type SqliteValue = string | number | null | Uint8Array

/**
 * A prepared statement, as all three libraries have it. They run synchronously.
 *
 * @example
 * ```ts
 * const statement: SqliteStatement = database.prepare('SELECT 1')
 * ```
 */
export interface SqliteStatement {
  get(...values: SqliteValue[]): unknown
  all(...values: SqliteValue[]): unknown[]
  run(...values: SqliteValue[]): unknown
}

/**
 * An opened database: a `Database` of better-sqlite3 or libsql, or a `DatabaseSync` of node:sqlite.
 *
 * @example
 * ```ts
 * const database: SqliteDatabase = new Database('app.db')
 * ```
 */
export interface SqliteDatabase {
  exec(sql: string): unknown
  prepare(sql: string): SqliteStatement
  /** Whether a transaction is open: better-sqlite3 and libsql. */
  readonly inTransaction?: boolean
  /** The same in node:sqlite. */
  readonly isTransaction?: boolean
}

/**
 * Recognises an opened database by its shape.
 *
 * @throws TypeError that says what to pass instead
 */
export function recognise(database: unknown): SqliteDatabase {
  const advice = adviceOn(database)
  if (advice !== undefined) {
    throw new TypeError(
      `database must be an opened database of better-sqlite3, libsql or node:sqlite (got ${advice})`,
    )
  }
  return database as SqliteDatabase
}

/** What is wrong with a value, and what to pass; `undefined` for a database. */
function adviceOn(value: unknown): string | undefined {
  if (typeof value === 'string' || value instanceof URL) {
    return 'a path: open it first, such as new Database(path)'
  }
  if (typeof value === 'function') {
    return 'a function: open a database, such as new Database(path)'
  }
  if (typeof value !== 'object' || value === null) {
    return value === null ? 'null' : typeof value
  }
  if ('$client' in value) {
    return 'a drizzle database: pass its $client'
  }
  const { exec, prepare, execute, serialize } = value as Record<string, unknown>
  if (typeof execute === 'function') {
    return 'a client of @libsql/client, which is asynchronous: use the package libsql'
  }
  if (typeof serialize === 'function' && typeof prepare === 'function' && 'each' in value) {
    return 'a database of the package sqlite3, which is asynchronous: use better-sqlite3'
  }
  return typeof exec === 'function' && typeof prepare === 'function' ? undefined : 'another object'
}
