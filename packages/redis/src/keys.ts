import { Buffer } from 'node:buffer'

/** Subjects are spread over so many hash slots; a subject and the feed of its revocations share one. */
export const buckets = 16

/** The keys of one bucket. The hash tag in braces puts them into one slot of a Cluster. */
export interface Keys {
  /** A hash of sessions, by `sid`. */
  sessions(subjectHash: string): string
  /** A sorted set of `subjectHash|sid`, by the microsecond of its revocation. */
  readonly feed: string
  /** The seconds that revocations are kept. */
  readonly window: string
  /** What a command has answered that ended sessions, by the id of the command. */
  receipt(call: string): string
}

/**
 * @throws TypeError for a prefix that would break the hash tag
 */
export function keysOf(prefix: unknown): readonly Keys[] {
  // Lone surrogates would all become one and the same character in UTF-8.
  if (typeof prefix !== 'string' || !/^[^{}\s\p{Cs}]{1,100}$/u.test(prefix)) {
    throw new TypeError('prefix must be text of 1 to 100 characters without braces and blanks')
  }
  return Array.from({ length: buckets }, (_, bucket) => {
    const slot = `{${prefix}:${bucket.toString(16)}}`
    return {
      sessions: subjectHash => `${slot}:s:${subjectHash}`,
      feed: `${slot}:feed`,
      window: `${slot}:window`,
      receipt: call => `${slot}:receipt:${call}`,
    }
  })
}

/** A subjectHash is part of a hash: its first bits are as good as any. */
export function bucketOf(subjectHash: string): number {
  return (Buffer.from(subjectHash.slice(0, 2), 'base64url')[0] ?? 0) >> 4
}
