import { hash } from 'node:crypto'
import { kindOf } from './kind.js'

/**
 * Checks a subject: well-formed text of 1 to 255 bytes. With anything else, two users could get the same subjectHash
 * and so share their sessions.
 *
 * @throws TypeError that says what to pass instead
 */
export function checkSubject(subject: unknown): string {
  return checkText('subject', subject, adviceOf(subject))
}

/**
 * Checks a text that is compared byte for byte: well-formed, 1 to 255 bytes.
 *
 * @throws TypeError that names the text
 */
export function checkText(name: string, value: unknown, advice?: string): string {
  const flaw = flawOf(value)
  if (flaw !== undefined) {
    const got = advice === undefined ? flaw : `${flaw}: ${advice}`
    throw new TypeError(`${name} must be a string of 1 to 255 bytes (got ${got})`)
  }
  return value as string
}

/** What is wrong with a text that is compared byte for byte; `undefined` if it is valid. */
function flawOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') {
    return kindOf(value)
  }
  const bytes = Buffer.byteLength(value)
  if (bytes > 255) {
    return `${bytes} bytes`
  }
  // Every lone surrogate would become the same character in UTF-8.
  return Buffer.from(value).toString() === value ? undefined : 'a lone surrogate, which UTF-8 cannot hold'
}

/** What the programmer most likely meant to pass. */
function adviceOf(subject: unknown): string | undefined {
  switch (typeof subject) {
    case 'number':
    case 'bigint':
      // Not String(NaN): every user without an id would then be the same subject.
      return Number.isNaN(subject) ? 'pass the id of the user' : 'use String(id)'
    case 'object':
      return subject === null ? 'pass the id of the user' : 'pass its id, as a string'
    case 'undefined':
      return 'pass the id of the user'
    case 'string':
      return Buffer.byteLength(subject) > 255 ? 'use a shorter id, or its hash' : undefined
    default:
      return undefined
  }
}

/**
 * The key of a subject's sessions in the store: 16 bytes of SHA-256, base64url. Refresh tokens contain it instead of
 * the subject, so a cookie does not show the subject itself.
 */
export function hashSubject(subject: string): string {
  return hash('sha256', subject, 'buffer').toString('base64url', 0, 16)
}
