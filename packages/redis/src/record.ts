import type { SessionRef, StoredSession } from '@tokenratchet/core'

/** A record as the scripts write it: nine numbers and the data, see scripts/parts.ts. */
const form = /^(\d+) -?\d+ \d+ \d+ (\d+) (\d+) (\d+) (\d+) \d+ (.*)$/s

export function readRecord({ tag, sid }: SessionRef, text: unknown): StoredSession {
  const [, generation, createdAt, usedAt, idleUntil, absoluteUntil, data] = form.exec(`${text}`) ?? []
  if (data === undefined) {
    throw new Error('a session record is malformed')
  }
  return {
    tag,
    sid,
    generation: Number(generation),
    createdAt: Number(createdAt),
    usedAt: Number(usedAt),
    idleUntil: Number(idleUntil),
    absoluteUntil: Number(absoluteUntil),
    data,
  }
}
