import { kindOf } from '../../values/kind.js'
import { isGeneration, isTime, maxSessionNumber } from '../limits.js'
import type { AnnouncedKind } from '../store.js'

/** An answer of a store that can't be used: malformed, about something else than was asked, or too late. */
export class UnusableAnswer extends Error {
  override readonly name: string = 'UnusableAnswer'
}

/**
 * Makes the error for a malformed answer. It names the place and the kind of the value, never its content: that may be
 * personal data.
 */
export function malformed(path: string, expected: string, got: unknown): UnusableAnswer {
  return new UnusableAnswer(`${path} must be ${expected} (got ${shapeOf(got)})`)
}

/** The members of an object, not checked yet. */
export type Members = Readonly<Record<string, unknown>>

export function objectAt(path: string, value: unknown): Members {
  if (!isObject(value)) {
    throw malformed(path, 'an object', value)
  }
  return readable(path, () => ({ ...value }))
}

/** A getter or a Proxy of a driver may throw. */
function readable<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch {
    throw new UnusableAnswer(`${path} can't be read: its getter or Proxy threw`)
  }
}

/** The elements, not checked yet. */
export function listAt(path: string, value: unknown): readonly unknown[] {
  // `map` steps over the holes of a sparse array; a copy makes them `undefined`.
  const copy = readable(path, () => (Array.isArray(value) ? [...value] : undefined))
  if (copy === undefined) {
    throw malformed(path, 'an array', value)
  }
  return copy
}

export function booleanAt(path: string, name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') {
    throw malformed(`${path}.${name}`, 'a boolean', value)
  }
  return value
}

export function textAt(path: string, name: string, value: unknown): string {
  if (typeof value !== 'string') {
    throw malformed(`${path}.${name}`, 'a string', value)
  }
  return value
}

export function kindAt(path: string, name: string, value: unknown): AnnouncedKind {
  if (value !== 'revoked' && value !== 'evicted') {
    throw malformed(`${path}.${name}`, "'revoked' or 'evicted'", value)
  }
  return value
}

/** Milliseconds since the epoch. */
export function timeAt(path: string, name: string, value: unknown): number {
  if (!isTime(value)) {
    throw malformed(`${path}.${name}`, `whole milliseconds up to ${maxSessionNumber}`, value)
  }
  return value
}

export function generationAt(path: string, name: string, value: unknown): number {
  if (!isGeneration(value)) {
    throw malformed(`${path}.${name}`, `a whole number from 0 to ${maxSessionNumber}`, value)
  }
  return value
}

/** Whether a value is an object and not an array. */
export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !readable('answer', () => Array.isArray(value))
}

/**
 * Describes a value for an error. Numbers are shown, because no secret is a number. Of other values only the kind is
 * shown.
 */
function shapeOf(value: unknown): string {
  return typeof value === 'number' ? `${value}` : kindOf(value)
}
