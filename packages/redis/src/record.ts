import type { SessionRef, StoredSession } from '@tokenratchet/core'

/** A record as the scripts write it, see scripts/parts.ts: newest, used, created, lifetime, timeout and data. */
const form = /^(\d+) -?\d+ \d+ -?\d+ (-?\d+) (\d+) (\d+) (\d+) (.*)$/s

export function readRecord({ tag, sid }: SessionRef, text: unknown): StoredSession {
  const [, ...words] = form.exec(`${text}`) ?? []
  const [generation = 0, used = 0, createdAt = 0, lifetime = 0, timeout = 0] = words.slice(0, 5).map(Number)
  const data = words[5]
  if (data === undefined) {
    throw new Error('a session record is malformed')
  }
  const usedAt = createdAt + used
  const absoluteUntil = createdAt + lifetime * 1000
  const idleUntil = Math.min(usedAt + timeout * 1000, absoluteUntil)
  return { tag, sid, generation, createdAt, usedAt, idleUntil, absoluteUntil, data }
}
