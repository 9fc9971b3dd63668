import { isWithinLimits, type SessionRef, type StoredSession } from '@tokenratchet/core'
import { unavailable } from './errors.js'

/** A record as the scripts write it (see scripts/parts.ts). Groups: newest, used, created, lifetime, timeout, data. */
const form = /^(\d+) -?\d+ \d+ -?\d+ (-?\d+) (\d+) (\d+) (\d+) (.*)$/s

/** @throws StoreUnavailableError for a malformed record, and for a number beyond the limits of a session */
export function readRecord({ subjectHash, sid }: SessionRef, text: unknown): StoredSession {
  const [, ...words] = form.exec(`${text}`) ?? []
  const [generation = 0, used = 0, createdAt = 0, lifetime = 0, timeout = 0] = words.slice(0, 5).map(Number)
  const usedAt = createdAt + used
  const absoluteUntil = createdAt + lifetime * 1000
  const idleUntil = Math.min(usedAt + timeout * 1000, absoluteUntil)
  const numbers = { generation, createdAt, usedAt, idleUntil, absoluteUntil }
  const data = words[5]
  if (data === undefined || !isWithinLimits(numbers)) {
    throw unavailable(new Error('malformed session record'))
  }
  return { subjectHash, sid, ...numbers, data }
}
