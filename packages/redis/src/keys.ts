/** Subjects are spread over so many hash slots; a subject and the feed of its revocations share one. */
export const buckets = 16

/** The keys of one bucket. The hash tag in braces puts them into one slot of a Cluster. */
export interface Keys {
  /** A hash of sessions, by `sid`. */
  sessions(subjectHash: string): string
  /** A sorted set by microseconds: `subjectHash|sid` is a revocation, `subjectHash|sid|evicted` an eviction. */
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

const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/**
 * A subjectHash is part of a hash: its first bits are as good as any. The first character of base64url has six of them. Decoding it
 * takes ten times as long, which counts where a process goes through all that it knows as revoked.
 */
export function bucketOf(subjectHash: string): number {
  return Math.max(0, base64url.indexOf(subjectHash.charAt(0) || 'A')) >> 2
}
