import { hash } from 'node:crypto'

/**
 * A subject as it must be: well-formed, from 1 to 255 bytes. Anything else would be two users who meet in one tag.
 *
 * @throws TypeError
 */
export function checkSubject(subject: unknown): string {
  if (!isText(subject)) {
    throw new TypeError('subject must be well-formed text of 1 to 255 bytes')
  }
  return subject
}

/** Lone surrogates would all become one and the same character in UTF-8. */
export function isText(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    Buffer.byteLength(value) <= 255 &&
    Buffer.from(value).toString() === value
  )
}

/** Where the store keeps a subject's sessions: 16 bytes of SHA-256, base64url. Does not show the subject in a cookie. */
export function tagOf(subject: string): string {
  return hash('sha256', subject, 'buffer').toString('base64url', 0, 16)
}
