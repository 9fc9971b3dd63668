import type { StoredSession } from './store.js'

/**
 * The largest number in a session: a generation has 6 bytes in a refresh token. Times are milliseconds since the epoch,
 * and reach it in the year 10889. A store must reject a session with a larger number before it writes anything, because
 * core can't make a token of it.
 *
 * @example
 * if (generation > maxSessionNumber) throw new StoreUnavailableError()
 */
export const maxSessionNumber: number = 2 ** 48 - 1

/** Whether a value is a whole number that fits into the 6 bytes of a refresh token. */
export function isGeneration(value: unknown): value is number {
  return isTime(value) && value >= 0
}

/** Whether a value is a time: whole milliseconds since the epoch, or before it, as a clock may be set to any time. */
export function isTime(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(value as number) <= maxSessionNumber
}

/**
 * Whether all numbers of a session are within their limits. A store should check this before it writes a session.
 *
 * @example
 * if (!isWithinLimits(session)) throw new StoreUnavailableError()
 */
export function isWithinLimits(session: Omit<StoredSession, 'subjectHash' | 'sid' | 'data'>): boolean {
  const { generation, createdAt, usedAt, idleUntil, absoluteUntil } = session
  return isGeneration(generation) && [createdAt, usedAt, idleUntil, absoluteUntil].every(isTime)
}
