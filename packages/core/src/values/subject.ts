import { hash } from 'node:crypto'
import { kindOf } from './kind.js'

/**
 * A subject as it must be: well-formed, from 1 to 255 bytes. Anything else would be two users who meet in one subjectHash.
 *
 * @throws TypeError that says what to pass instead
 */
export function checkSubject(subject: unknown): string {
  return checkText('subject', subject, adviceOf(subject))
}

/** @throws TypeError that names what the text is for */
export function checkText(name: string, value: unknown, advice?: string): string {
  const flaw = flawOf(value)
  if (flaw !== undefined) {
    const got = advice === undefined ? flaw : `${flaw}: ${advice}`
    throw new TypeError(`${name} must be a string of 1 to 255 bytes (got ${got})`)
  }
  return value as string
}

/** What is wrong with it as a text that is compared byte for byte; `undefined` for nothing. */
function flawOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') {
    return kindOf(value)
  }
  const bytes = Buffer.byteLength(value)
  if (bytes > 255) {
    return `${bytes} bytes`
  }
  // Lone surrogates would all become one and the same character in UTF-8.
  return Buffer.from(value).toString() === value ? undefined : 'a lone surrogate, which UTF-8 cannot hold'
}

/** What a programmer meant, most likely. */
function adviceOf(subject: unknown): string | undefined {
  switch (typeof subject) {
    case 'number':
    case 'bigint':
      // Of NaN it would make a user whom all share that have no id.
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

/** Where the store keeps a subject's sessions: 16 bytes of SHA-256, base64url. Does not show the subject in a cookie. */
export function hashSubject(subject: string): string {
  return hash('sha256', subject, 'buffer').toString('base64url', 0, 16)
}
