import { isWithinLimits } from '@tokenratchet/core'
import { type Entry, stored } from '@tokenratchet/core/store-kit'
import type { SqliteValue } from './database.js'
import { faulty } from './errors.js'

/** The columns of a session, in the order in which they are written. */
export const columns = [
  'subject_hash',
  'sid',
  'newest',
  'first',
  'parent',
  'recover_until',
  'created_at',
  'used_at',
  'idle_until',
  'absolute_until',
  'idle_timeout',
  'lifetime',
  'data',
] as const

export function valuesOf(entry: Entry): SqliteValue[] {
  return [
    entry.subjectHash,
    entry.sid,
    entry.newest,
    entry.first,
    entry.parent ?? null,
    entry.recoverUntil,
    entry.createdAt,
    entry.usedAt,
    entry.idleUntil,
    entry.absoluteUntil,
    entry.idleTimeout,
    entry.lifetime,
    // As bytes: libsql cuts text at a zero byte.
    Buffer.from(entry.data),
  ]
}

/**
 * Reads a row, whatever type the library gives to numbers.
 *
 * @throws StoreUnavailableError for a row that this package can't have written
 */
export function entryOf(row: unknown): Entry {
  const cells = row as Record<(typeof columns)[number], unknown>
  const number = (name: (typeof columns)[number]) => Number(cells[name])
  const entry: Entry = {
    subjectHash: `${cells.subject_hash}`,
    sid: `${cells.sid}`,
    newest: number('newest'),
    first: number('first'),
    parent: cells.parent === null ? undefined : number('parent'),
    recoverUntil: number('recover_until'),
    createdAt: number('created_at'),
    usedAt: number('used_at'),
    idleUntil: number('idle_until'),
    absoluteUntil: number('absolute_until'),
    idleTimeout: number('idle_timeout'),
    lifetime: number('lifetime'),
    data: Buffer.from(cells.data as Uint8Array).toString(),
  }
  const others = [entry.first, entry.parent ?? 0, entry.recoverUntil, entry.idleTimeout, entry.lifetime]
  if (!isWithinLimits(stored(entry)) || !others.every(Number.isSafeInteger)) {
    throw faulty(
      'a session has a number that this package has not written: something else has changed the table',
    )
  }
  return entry
}
