/** The number of hash slots over which subjects are spread. A subject and the feed of its revocations share a slot. */
export const buckets = 16

/** The keys of one bucket. Their common hash tag in braces puts them into one slot of a Cluster. */
export interface Keys {
  /** A hash that maps `sid` to the record of a session. */
  sessions(subjectHash: string): string
  /**
   * A sorted set with scores in microseconds. The member `subjectHash|sid` is a revocation, `...|evicted` an eviction.
   */
  readonly feed: string
  /** How many seconds revocations are kept. */
  readonly window: string
  /** The reply of a command that ended sessions, under the id of the command. */
  receipt(call: string): string
}

/**
 * @throws TypeError for a prefix that would break the hash tag
 */
export function keysOf(prefix: unknown): readonly Keys[] {
  // Lone surrogates are refused because in UTF-8 they would all become the same character.
  if (typeof prefix !== 'string' || !/^[^{}\s\p{Cs}]{1,100}$/u.test(prefix)) {
    throw new TypeError(
      "prefix must be a string of 1 to 100 characters without braces and spaces, such as 'my-app'",
    )
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
 * Returns the bucket of a subject: the first four bits of its hash, which are as random as any others. They are read
 * from the first base64url character, which holds six bits. Decoding takes ten times as long, which matters when a
 * process goes through all revocations that it knows.
 */
export function bucketOf(subjectHash: string): number {
  return Math.max(0, base64url.indexOf(subjectHash.charAt(0) || 'A')) >> 2
}
