import type { AnnouncedKind, AnnouncedRevocation, SessionRef } from '../store/store.js'

interface Entry {
  readonly subjectHash: string
  readonly kind: AnnouncedKind
  /** Until when access tokens of the session may be alive. All times are those of the monotonic clock. */
  readonly mattersUntil: number
  /** When it is forgotten: never before it has stopped to matter. */
  readonly until: number
  /** When this process learned of it. */
  readonly knownAt: number
  /** When the last read of the feed was sent that brought it. -Infinity: none has. */
  readonly seenAt: number
}

/** What the store has lost. */
export interface Lost extends SessionRef {
  readonly kind: AnnouncedKind
}

/** A read of a shard of the feed. */
interface Read {
  /** When it was sent, or the first of several. */
  readonly readAt: number
  /** Whether the revocations of a subject are in this shard. */
  readonly owns: (subjectHash: string) => boolean
}

/** Milliseconds from one look for what is no longer needed to the next: rare, as it goes through all of them. */
const dropEvery = 60_000

/**
 * The sessions that this process knows as revoked: consulted at each use of an access token. Entries go when no access
 * token of the session can be alive any more, or a minute later, so memory is bounded by the revocations of that time.
 */
export class Revocations {
  readonly #entries = new Map<string, Entry>()
  /** What this process revoked and no read of the feed has brought yet. */
  readonly #unseen = new Set<string>()
  readonly #keepFor: number
  readonly #elapsed: () => number
  #dropAt = Number.NEGATIVE_INFINITY

  /**
   * @param keepFor seconds
   * @param elapsed a monotonic clock in milliseconds: a jump of the system's clock forgets nothing
   */
  constructor(keepFor: number, elapsed: () => number = () => performance.now()) {
    this.#keepFor = keepFor * 1000
    this.#elapsed = elapsed
  }

  /** Notes what this process did: the store has announced it. */
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
   * @param keepFor milliseconds that it is remembered at least, whatever a clock that jumped makes of its age
   */
  see({ kind, age, ...ref }: AnnouncedRevocation, readAt: number, keepFor: number): void {
    this.#set(ref, kind, age, readAt, keepFor)
    this.#unseen.delete(ref.sid)
  }

  /** Notes what the store has answered about a session that was asked for. */
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

  /** Whether somebody decided that the session ends. An eviction may have been undone by a failover. */
  isRevoked(sid: string): boolean {
    return this.#entries.get(sid)?.kind === 'revoked'
  }

  /**
   * Call it before the store is asked about a session that may have been evicted.
   *
   * @returns what to call if the store says that the session lives, as a failover has undone its eviction. What was
   *   heard of the session meanwhile stays known
   */
  doubt(sid: string): () => void {
    const entry = this.#entries.get(sid)
    return () => {
      if (entry !== undefined && this.#entries.get(sid) === entry) {
        this.#forget(sid)
      }
    }
  }

  /** Whether a read that was sent at this time should have brought something that this process did, and did not. */
  hasUnseen({ readAt, owns }: Read): boolean {
    return [...this.#unseen].some(sid => {
      const entry = this.#entries.get(sid)
      return entry !== undefined && entry.knownAt < readAt && owns(entry.subjectHash)
    })
  }

  /**
   * What the store has lost: known before all of a shard was read, and not among what was read.
   *
   * @param lasting milliseconds that it must still matter
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

  /** @returns when a read brought it last */
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
    // A clock that was set back may make it older than it is, never younger than now.
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

  /** All of them at once: a Map steps over every entry that was deleted at its front, whenever it is begun again. */
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
