import type { AnnouncedKind, FeedReading, Revoked, SessionRef } from '@tokenratchet/core'
import type { FeedRecords } from '@tokenratchet/core/store-kit'
import type { SqliteDatabase, SqliteStatement } from './database.js'
import type { Tables } from './schema.js'

/** The most entries in one answer. */
const maxEntries = 1000

/** The most entries that no longer matter which one announcement removes. */
const maxSwept = 100

interface Row {
  readonly score: number | bigint
  readonly subject_hash: string
  readonly sid: string
  readonly kind: string
  readonly announced_at: number | bigint
}

/** The last entry that a reader has read. */
interface Anchor {
  readonly score: number
  readonly subjectHash: string
  readonly sid: string
  readonly kind: string
}

/** Revocations in the order in which they happened. Each is kept until its `keepFor` has passed. */
export class FeedRows implements FeedRecords {
  readonly #present: SqliteStatement
  readonly #keep: SqliteStatement
  readonly #remove: SqliteStatement
  readonly #next: SqliteStatement
  readonly #add: SqliteStatement
  readonly #kinds: SqliteStatement
  readonly #at: SqliteStatement
  readonly #after: SqliteStatement
  readonly #sweep: SqliteStatement

  constructor(database: SqliteDatabase, { feed, state }: Tables) {
    const one = 'subject_hash = ? AND sid = ? AND kind = ?'
    const prepare = (sql: string) => database.prepare(sql)
    this.#present = prepare(`SELECT kept_until FROM ${feed} WHERE ${one}`)
    this.#keep = prepare(`UPDATE ${feed} SET kept_until = ? WHERE ${one}`)
    this.#remove = prepare(`DELETE FROM ${feed} WHERE ${one}`)
    this.#next = prepare(`UPDATE ${state} SET highest = max(highest + 1, ?) RETURNING highest`)
    this.#add = prepare(
      `INSERT INTO ${feed} (score, subject_hash, sid, kind, announced_at, kept_until) VALUES (?, ?, ?, ?, ?, ?)`,
    )
    this.#kinds = prepare(`SELECT kind FROM ${feed} WHERE subject_hash = ? AND sid = ? AND kept_until > ?`)
    this.#at = prepare(`SELECT score FROM ${feed} WHERE score = ? AND ${one} AND kept_until > ?`)
    this.#after = prepare(
      `SELECT score, subject_hash, sid, kind, announced_at FROM ${feed}
        WHERE score > ? AND kept_until > ? ORDER BY score LIMIT ${maxEntries + 1}`,
    )
    this.#sweep = prepare(
      `DELETE FROM ${feed} WHERE score IN (SELECT score FROM ${feed} WHERE kept_until <= ? LIMIT ${maxSwept})`,
    )
  }

  announce(
    { subjectHash, sid }: SessionRef,
    kind: AnnouncedKind,
    keepFor: number,
    now: number,
    moves: boolean,
  ): void {
    this.#sweep.run(now)
    const present = this.#present.get(subjectHash, sid, kind) as
      | { kept_until: number | bigint }
      | undefined
      | null
    const until = Math.max(now + keepFor * 1000, Number(present?.kept_until ?? 0))
    if (present && !moves) {
      this.#keep.run(until, subjectHash, sid, kind)
      return
    }
    this.#remove.run(subjectHash, sid, kind)
    const { highest } = this.#next.get(now * 1000) as { highest: number | bigint }
    this.#add.run(Number(highest), subjectHash, sid, kind, now, until)
  }

  kindOf({ subjectHash, sid }: SessionRef, now: number): AnnouncedKind | undefined {
    const kinds = this.#kinds.all(subjectHash, sid, now).map(row => (row as Row).kind)
    return (['revoked', 'evicted'] as const).find(kind => kinds.includes(kind))
  }

  /** Reads in one statement what was announced after the cursor, so that it sees one state of the database. */
  since(
    cursor: string | undefined,
    now: number,
    { keepFor = Number.POSITIVE_INFINITY }: FeedReading,
  ): Revoked {
    const anchor = readCursor(cursor)
    const isKnown = anchor === undefined || this.#has(anchor, now)
    const isExpired = anchor !== undefined && now - anchor.score / 1000 >= keepFor * 1000
    const isContinuous = cursor !== undefined && (isKnown || isExpired)
    const begin = isContinuous && isKnown ? anchor : undefined
    const rows = this.#after.all(begin?.score ?? 0, now) as Row[]
    const read = rows.slice(0, maxEntries)
    const last = read.at(-1)
    return {
      revoked: read.map(({ subject_hash, sid, kind, announced_at }) => ({
        subjectHash: subject_hash,
        sid,
        kind: kind === 'evicted' ? kind : 'revoked',
        age: Math.max(0, now - Number(announced_at)),
      })),
      cursor: last === undefined ? writeCursor(isKnown ? anchor : undefined) : writeCursor(anchorAt(last)),
      isContinuous,
      hasMore: rows.length > maxEntries,
    }
  }

  #has({ score, subjectHash, sid, kind }: Anchor, now: number): boolean {
    const row = this.#at.get(score, subjectHash, sid, kind, now)
    return row !== undefined && row !== null
  }
}

function anchorAt({ score, subject_hash, sid, kind }: Row): Anchor {
  return { score: Number(score), subjectHash: subject_hash, sid, kind }
}

function writeCursor(anchor: Anchor | undefined): string {
  return anchor === undefined ? '-' : `${anchor.score} ${anchor.subjectHash} ${anchor.sid} ${anchor.kind}`
}

/** Returns `undefined` at the start of the feed, and for an invalid cursor. */
function readCursor(cursor = ''): Anchor | undefined {
  const [, score, subjectHash, sid, kind] = /^(\d{1,16}) (\S+) (\S+) (\S+)$/.exec(cursor) ?? []
  return kind === undefined
    ? undefined
    : { score: Number(score), subjectHash: subjectHash ?? '', sid: sid ?? '', kind }
}
