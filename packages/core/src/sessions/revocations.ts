import type { AnnouncedKind, AnnouncedRevocation, SessionRef } from '../store/store.js'

interface Entry {
  readonly subjectHash: string
  readonly kind: AnnouncedKind
  /** Access tokens of the session may be alive until then. All times are those of the monotonic clock. */
  readonly mattersUntil: number
  /** When the entry is forgotten: never before `mattersUntil`. */
  readonly until: number
  /** When this process learned of it. */
  readonly knownAt: number
  /** When the last read of the feed that contained it was sent. -Infinity: no read has contained it. */
  readonly seenAt: number
}

/** A revocation that the store has lost. */
export interface Lost extends SessionRef {
  readonly kind: AnnouncedKind
}

/** A read of a shard of the feed. */
interface Read {
  /** When the read was sent, or its first part if it took several. */
  readonly readAt: number
  /** Whether the revocations of a subject are in this shard. */
  readonly owns: (subjectHash: string) => boolean
}

/**
 * Milliseconds between two searches for entries that are no longer needed. They are rare, as each goes through all
 * entries.
 */
const dropEvery = 60_000

/**
 * The sessions that this process knows to be revoked. It is consulted at each use of an access token. An entry is
 * dropped when no access token of the session can be alive any more, or up to a minute later. Memory is therefore
 * bounded by the number of revocations in that time.
 */
export class Revocations {
  readonly #entries = new Map<string, Entry>()
  /** What this process revoked and no read of the feed has contained yet. */
  readonly #unseen = new Set<string>()
  readonly #keepFor: number
  readonly #elapsed: () => number
  #dropAt = Number.NEGATIVE_INFINITY

  /**
   * @param keepFor seconds
   * @param elapsed a monotonic clock in milliseconds, so that a jump of the system clock forgets nothing
   */
  constructor(keepFor: number, elapsed: () => number = () => performance.now()) {
    this.#keepFor = keepFor * 1000
    this.#elapsed = elapsed
  }

  /** Notes a revocation of this process, which the store has announced. */
  add(ref: SessionRef, kind: AnnouncedKind = 'revoked'): void {
    const seenAt = this.#set(ref, kind, 0)
    if (seenAt === Number.NEGATIVE_INFINITY) {
      this.#unseen.add(ref.sid)
    }
  }

  /**
   * Notes an entry of the feed.
   *
   * @param readAt when the read was sent
   * @param keepFor milliseconds for which the entry is kept at least, even if a clock that jumped makes it look older
   */
  see({ kind, age, ...ref }: AnnouncedRevocation, readAt: number, keepFor: number): void {
    this.#set(ref, kind, age, readAt, keepFor)
    this.#unseen.delete(ref.sid)
  }

  /** Notes the announced end of a session that the store reported when it was asked about that session. */
  learn(ref: SessionRef, kind: AnnouncedKind): void {
    this.see({ ...ref, kind, age: 0 }, this.#elapsed(), 0)
  }

  has(sid: string): boolean {
    return this.#entries.has(sid)
  }

  /** Whether an access token of the session may still be alive. */
  matters(sid: string): boolean {
    return this.#elapsed() < (this.#entries.get(sid)?.mattersUntil ?? Number.NEGATIVE_INFINITY)
  }

  /** Whether the end of the session was a decision. An eviction is not one: a failover may have undone it. */
  isRevoked(sid: string): boolean {
    return this.#entries.get(sid)?.kind === 'revoked'
  }

  /**
   * Call it before the store is asked about a session that may have been evicted.
   *
   * @returns a function to call if the store reports the session alive: a failover has then undone the eviction. It
   *   forgets the eviction, unless something new was heard about the session meanwhile
   */
  doubt(sid: string): () => void {
    const entry = this.#entries.get(sid)
    return () => {
      if (entry !== undefined && this.#entries.get(sid) === entry) {
        this.#forget(sid)
      }
    }
  }

  /** Whether a read sent at this time should have contained a revocation of this process but did not. */
  hasUnseen({ readAt, owns }: Read): boolean {
    return [...this.#unseen].some(sid => {
      const entry = this.#entries.get(sid)
      return entry !== undefined && entry.knownAt < readAt && owns(entry.subjectHash)
    })
  }

  /**
   * What the store has lost: known before the whole shard was read, and missing from what was read.
   *
   * @param lasting milliseconds for which it must still matter
   */
  lostSince({ readAt, owns }: Read, lasting: number): Lost[] {
    const now = this.#elapsed()
    this.#drop(now)
    const lost: Lost[] = []
    for (const [sid, { subjectHash, kind, mattersUntil, knownAt, seenAt }] of this.#entries) {
      if (knownAt < readAt && seenAt < readAt && owns(subjectHash)) {
        this.#unseen.delete(sid)
        if (mattersUntil >= now + lasting) {
          lost.push({ subjectHash, sid, kind })
        }
      }
    }
    return lost
  }

  get size(): number {
    return this.#entries.size
  }

  /** @returns when the last read that contained it was sent */
  #set(
    { subjectHash, sid }: SessionRef,
    kind: AnnouncedKind,
    age: number,
    readAt: number = Number.NEGATIVE_INFINITY,
    keepFor: number = 0,
  ): number {
    const now = this.#elapsed()
    this.#drop(now)
    const entry = this.#entries.get(sid)
    // A clock that was set back may make the entry look older than it is, but never younger than now.
    const mattersUntil = Math.max(now + this.#keepFor - Math.max(0, age), entry?.mattersUntil ?? 0)
    const until = Math.max(mattersUntil, now + keepFor, entry?.until ?? 0)
    const seenAt = Math.max(readAt, entry?.seenAt ?? readAt)
    if (until > now) {
      const isRevoked = kind === 'revoked' || entry?.kind === 'revoked'
      const knownAt = entry?.knownAt ?? now
      const next = {
        subjectHash,
        kind: isRevoked ? 'revoked' : kind,
        mattersUntil,
        until,
        knownAt,
        seenAt,
      } as const
      this.#entries.set(sid, next)
    }
    return seenAt
  }

  /**
   * Drops all outdated entries at once. A Map steps over every entry deleted at its front each time it is iterated
   * again.
   */
  #drop(now: number): void {
    if (now < this.#dropAt) {
      return
    }
    this.#dropAt = now + dropEvery
    for (const [sid, { until }] of this.#entries) {
      if (now >= until) {
        this.#forget(sid)
      }
    }
  }

  #forget(sid: string): void {
    this.#entries.delete(sid)
    this.#unseen.delete(sid)
  }
}
