import type { StoredSession } from './store.js'

/**
 * The largest number in a session: a generation has 6 bytes in a refresh token. Times are milliseconds since the epoch,
 * and reach it in the year 10889. A store must refuse a session with a larger number before it writes anything: core
 * could make no token of it.
 */
export const maxSessionNumber: number = 2 ** 48 - 1

/** A whole number that fits into the 6 bytes of a refresh token. */
export function isGeneration(value: unknown): value is number {
  return isTime(value) && value >= 0
}

/** Whole milliseconds since the epoch, or before it: a clock may be set to any time. */
export function isTime(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(value as number) <= maxSessionNumber
}

/** Whether all numbers of a session are within their bounds. */
export function isWithinLimits(session: Omit<StoredSession, 'subjectHash' | 'sid' | 'data'>): boolean {
  const { generation, createdAt, usedAt, idleUntil, absoluteUntil } = session
  return isGeneration(generation) && [createdAt, usedAt, idleUntil, absoluteUntil].every(isTime)
}
