/** Where a session is: `subjectHash` finds the subject's sessions (16 bytes, base64url), `sid` the session among them. */
export interface SessionRef {
  readonly subjectHash: string
  readonly sid: string
}

/** A session to be created. The store adds the times, by its own clock. */
export interface NewSession extends SessionRef {
  /** Seconds that the session lives on after its creation or last rotation. */
  readonly idleTimeout: number
  /** Seconds that the session lives at most. */
  readonly lifetime: number
  /** Opaque to the store. */
  readonly data: string
}

/** A session as the store keeps it. Times are milliseconds since the epoch by the store's clock. */
export interface StoredSession extends SessionRef {
  /** Number of the newest refresh token that was issued. */
  readonly generation: number
  readonly createdAt: number
  /** Time of the creation, or of the last rotation (not of a reissue). */
  readonly usedAt: number
  /** Deadlines are past at `now >= deadline`. `idleUntil` is never later than `absoluteUntil`, which never moves. */
  readonly idleUntil: number
  readonly absoluteUntil: number
  readonly data: string
}

/** How long a revocation is announced for (seconds): as long as an access token of the session may live, and more. */
export interface Announcing {
  readonly keepFor: number
}

/** What a login brings about beside its session, in the same step. */
export interface CreationRules extends Announcing {
  /** Live sessions of the subject, the new one included. Those with the smallest `usedAt` go first. */
  readonly perSubject: number
  /** A session of the same subject that this login supersedes. */
  readonly replaces?: SessionRef
}

/** What a login brought about. */
export interface Creation {
  /** The store's time of the creation. */
  readonly now: number
  readonly session: StoredSession
  /** Whether `replaces` was alive until now, so that this login ended it. */
  readonly replaced: boolean
  /** The sessions that were ended to keep `perSubject`, without expired ones and without `replaces`. */
  readonly evicted: readonly SessionRef[]
}

/** A refresh, as the store sees it. */
export interface RotationStep extends Announcing {
  /** The generation presented. */
  readonly generation: number
  /** Seconds that the presented generation may ask for another successor, while no successor was used. */
  readonly recovery: number
}

/** `now` is the store's time of the decision. `session` is as the step left it; for `reused`, as it was before. */
export type Rotation =
  | { readonly outcome: 'unknown'; readonly now: number }
  | {
      readonly outcome: 'rotated' | 'reissued' | 'healed'
      readonly now: number
      readonly session: StoredSession
    }
  | { readonly outcome: 'reused'; readonly now: number; readonly session: StoredSession }

/** What a store knows of one session. */
export interface Found {
  readonly now: number
  /** The session, if it is alive. */
  readonly session: StoredSession | undefined
  /**
   * How the feed announces the end of a session that is not there. That is a decision. `undefined`: the session is not
   * there and nobody has announced its end, so the store may have been empty for a moment, or be the wrong one.
   */
  readonly announced: AnnouncedKind | undefined
}

/**
 * Why an entry of the feed is there. `revoked`: somebody decided it, so it is announced again where a failover lost it.
 * `evicted`: a login made too many sessions of a subject. If a failover lost that login, the evicted session may be alive
 * again, so such an entry is never announced again.
 */
export type AnnouncedKind = 'revoked' | 'evicted'

/** A revocation in the feed. */
export interface AnnouncedRevocation extends SessionRef {
  readonly kind: AnnouncedKind
  /** Milliseconds since it was announced, by the store's clock. */
  readonly age: number
}

/** How a feed is read. */
export interface FeedReading {
  /** Which shard of the feed. Default: 0. */
  readonly shard?: number
  /** Seconds that entries matter to the reader. An older entry that is missing has expired, and was not lost. */
  readonly keepFor?: number
}

/** Revocations in the order in which they were announced. */
export interface Revoked {
  readonly revoked: readonly AnnouncedRevocation[]
  /** Exclusive: pass it on to read what came after. It remembers the last entry that was read, by place and `sid`. */
  readonly cursor: string
  /**
   * `false` if the answer begins at the start of the feed: without a cursor, and if the entry that the cursor remembers
   * is gone before its time. Then the store has lost the end of what it had written.
   */
  readonly isContinuous: boolean
  /** Whether more entries follow: an answer has a bounded number of them. Read on from the cursor. */
  readonly hasMore: boolean
}

/** What an operator should know of the settings of a store. */
export interface StoreWarning {
  /** For programs, such as `redis_may_evict`. */
  readonly code: string
  /** For people: what is wrong, what it leads to, what to do. No secrets. */
  readonly message: string
}

/**
 * The contract of a session store. `storeCases` of `@tokenratchet/core/testing` checks a store against it.
 *
 * - Each method is one atomic step on the session or the subject that it names, and does no harm when its command is
 *   applied twice, as it is when a client resends after a lost reply.
 * - Time is the store's own clock, read once per method. A session whose deadline is past is not there.
 * - A rejection means only that the store failed (`StoreUnavailableError`), whatever was or was not applied.
 * - A deletion and its publication are one step. The feed may repeat; it never skips. An entry that is there is not moved
 *   when its session is announced again, unless that session was alive.
 * - The feed may have shards that fail apart, such as the nodes of a Cluster. All revocations of a subject are in one.
 * - The end of a live session is answered once, by the call that brought it about: as `replaced`, `evicted`, `reused`,
 *   `true` of `delete`, or an element of `deleteAll`. Each becomes one event. A command that a client library sends
 *   again after a lost reply is the same call, and should get the same answer.
 * - All numbers of a session are whole and at most `maxSessionNumber`. A step that would write a larger one, or that
 *   finds a record which it can't have written, rejects and changes nothing.
 * - An answer is about the session or the subject that was asked for. An answer that is not, or that has another shape
 *   than declared here, counts as a failure of the store.
 */
export interface Store {
  /**
   * Creates the session at generation 0, drops the subject's expired sessions, ends `replaces` (announced whether it
   * is still there or not: the caller held its token), then the oldest beyond `perSubject`, never the new one
   * (announced). Answers what it has ended, and the session; one that is there already is left as it is.
   * One whose end is announced is not created again: the call rejects, as a client may send it again after the session
   * has ended.
   */
  create(session: NewSession, rules: CreationRules): Promise<Creation>

  /**
   * Presents generation `k`. With `g` the newest generation issued, `p` the one whose successors are alive, `f` the
   * first of them, and `next` = max(newest + 1, milliseconds from the session's creation until the caller asked), in this
   * order. A command that runs late, in a queue or on a server that a failover has left behind, is numbered by when it
   * was asked for. If the session has been rotated since then, such a command rejects instead of ending the session: the
   * token was good when the caller asked.
   *
   * | presented | outcome | effect |
   * |---|---|---|
   * | no session | `unknown` | none |
   * | k > g | `healed` | p = k, f = g = next (above k), recovery window and idle deadline move |
   * | f <= k <= g | `rotated` | p = k, f = g = next, recovery window and idle deadline move |
   * | k = p within the recovery window | `reissued` | g = next, nothing else |
   * | any other k | `reused` | session deleted and announced |
   *
   * Rejects when `next` would exceed `maxSessionNumber`: it would not fit into a refresh token.
   */
  rotate(ref: SessionRef, step: RotationStep): Promise<Rotation>

  /** The live session, or whether its end is announced. */
  find(ref: SessionRef): Promise<Found>

  /** The live sessions of a subject, in no particular order. */
  list(subjectHash: string): Promise<readonly StoredSession[]>

  /**
   * Ends a session. Announces when one was there, or with `always`, for a caller who held a valid token of it; never
   * for a bare id that a stranger named. Answers whether a live session was there.
   */
  delete(ref: SessionRef, how: Announcing & { readonly always?: boolean }): Promise<boolean>

  /** Ends the sessions of a subject, but for the `sid` in `except`. Answers and announces what was there. */
  deleteAll(
    subjectHash: string,
    how: Announcing & { readonly except?: string },
  ): Promise<readonly SessionRef[]>

  /** What was revoked after `cursor` in a shard; without a cursor, what is still announced, from the start. */
  revokedSince(cursor?: string, how?: FeedReading): Promise<Revoked>

  /** How many shards the feed has. Default: 1. */
  readonly shards?: number

  /** The shard of a subject, from 0 to `shards - 1`. Default: 0. */
  shardOf?(subjectHash: string): number

  /** For a store that has something to warn of: tells the listener, once it knows. Becomes an event. */
  onWarning?(listener: (warning: StoreWarning) => void): void
}
