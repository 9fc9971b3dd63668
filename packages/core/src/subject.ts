import { createHash } from 'node:crypto'

/**
 * A subject as it must be: well-formed, from 1 to 255 bytes. Anything else would be two users who meet in one tag.
 *
 * @throws TypeError
 */
export function checkSubject(subject: unknown): string {
  if (typeof subject !== 'string' || subject === '') {
    throw new TypeError('subject must be a string that is not empty')
  }
  const bytes = Buffer.from(subject)
  if (bytes.length > 255 || bytes.toString() !== subject) {
    throw new TypeError('subject must be well-formed text of at most 255 bytes')
  }
  return subject
}

/** Where the store keeps a subject's sessions: 16 bytes of SHA-256, base64url. Does not show the subject in a cookie. */
export function tagOf(subject: string): string {
  return createHash('sha256').update(subject).digest().toString('base64url', 0, 16)
}
