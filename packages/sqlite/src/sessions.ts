import type { SessionRef } from '@tokenratchet/core'
import type { Entry, SessionRecords } from '@tokenratchet/core/store-kit'
import type { SqliteDatabase, SqliteStatement } from './database.js'
import { columns, entryOf, valuesOf } from './rows.js'
import type { Tables } from './schema.js'

/** The most expired rows of other subjects that a login removes: it must not take long. */
const maxSwept = 20

/** The rows of sessions. A session whose deadline has passed counts as missing. */
export class SessionRows implements SessionRecords {
  readonly #find: SqliteStatement
  readonly #ofSubject: SqliteStatement
  readonly #write: SqliteStatement
  readonly #delete: SqliteStatement
  readonly #deleteExpired: SqliteStatement
  readonly #sweep: SqliteStatement

  constructor(database: SqliteDatabase, { sessions }: Tables) {
    const all = columns.join(', ')
    const one = 'subject_hash = ? AND sid = ?'
    const prepare = (sql: string) => database.prepare(sql)
    this.#find = prepare(`SELECT ${all} FROM ${sessions} WHERE ${one} AND idle_until > ?`)
    this.#ofSubject = prepare(`SELECT ${all} FROM ${sessions} WHERE subject_hash = ? AND idle_until > ?`)
    this.#write = prepare(
      `INSERT OR REPLACE INTO ${sessions} (${all}) VALUES (${columns.map(() => '?').join(', ')})`,
    )
    this.#delete = prepare(`DELETE FROM ${sessions} WHERE ${one}`)
    this.#deleteExpired = prepare(`DELETE FROM ${sessions} WHERE subject_hash = ? AND idle_until <= ?`)
    this.#sweep = prepare(
      `DELETE FROM ${sessions} WHERE (subject_hash, sid) IN
        (SELECT subject_hash, sid FROM ${sessions} WHERE absolute_until <= ? LIMIT ${maxSwept})`,
    )
  }

  get({ subjectHash, sid }: SessionRef, now: number): Entry | undefined {
    const row = this.#find.get(subjectHash, sid, now)
    return row === undefined || row === null ? undefined : entryOf(row)
  }

  of(subjectHash: string, now: number): Entry[] {
    return this.#ofSubject.all(subjectHash, now).map(entryOf)
  }

  set(entry: Entry): void {
    this.#write.run(...valuesOf(entry))
  }

  delete({ subjectHash, sid }: SessionRef): void {
    this.#delete.run(subjectHash, sid)
  }

  /** Removes the expired sessions of a subject, and a few that ended long ago. */
  sweep(subjectHash: string, now: number): void {
    this.#deleteExpired.run(subjectHash, now)
    this.#sweep.run(now)
  }
}
