/**
 * The place of a session: `subjectHash` (16 bytes, base64url) finds the sessions of its subject, `sid` the one among
 * them.
 *
 * @example
 * const ref: SessionRef = { subjectHash, sid }
 */
export interface SessionRef {
  readonly subjectHash: string
  readonly sid: string
}

/**
 * A session to be created. The store adds the times, from its own clock.
 *
 * @example
 * const session: NewSession = { subjectHash, sid, idleTimeout: 3600, lifetime: 86_400, data }
 * await store.create(session, { perSubject: 100, keepFor: 900 })
 */
export interface NewSession extends SessionRef {
  /** Seconds that the session lives after its creation or last rotation. */
  readonly idleTimeout: number
  /** Seconds after which the session ends, however often it is used. */
  readonly lifetime: number
  /** Text that the store must keep unchanged and must not interpret. */
  readonly data: string
}

/**
 * A session as the store returns it. Times are milliseconds since the epoch by the store's clock.
 *
 * @example
 * const { session } = await store.find(ref)
 * if (session !== undefined) console.log(session.generation, new Date(session.usedAt))
 */
export interface StoredSession extends SessionRef {
  /** The number of the newest refresh token that was issued. */
  readonly generation: number
  readonly createdAt: number
  /** Time of the creation, or of the last rotation (not of a reissue). */
  readonly usedAt: number
  /**
   * The session has ended once `now >= idleUntil`. `idleUntil` is never later than `absoluteUntil`, which never moves.
   */
  readonly idleUntil: number
  readonly absoluteUntil: number
  readonly data: string
}

/**
 * How long a revocation stays in the feed: seconds, longer than any access token of the session can live.
 *
 * @example
 * await store.delete(ref, { keepFor: 900 })
 */
export interface Announcing {
  readonly keepFor: number
}

/**
 * What a login changes besides creating its session, in the same step.
 *
 * @example
 * const rules: CreationRules = { perSubject: 100, keepFor: 900, replaces: oldRef }
 */
export interface CreationRules extends Announcing {
  /**
   * How many live sessions the subject may have, including the new one. Those with the smallest `usedAt` are ended
   * first.
   */
  readonly perSubject: number
  /** A session of the same subject that this login replaces. */
  readonly replaces?: SessionRef
}

/**
 * What a login changed.
 *
 * @example
 * const { session, replaced, evicted } = await store.create(newSession, rules)
 */
export interface Creation {
  /** The store's time of the creation. */
  readonly now: number
  readonly session: StoredSession
  /** Whether `replaces` was alive until now and was ended by this login. */
  readonly replaced: boolean
  /** The sessions that were ended to keep `perSubject`. Expired sessions and `replaces` are not among them. */
  readonly evicted: readonly SessionRef[]
}

/**
 * A refresh, as the store sees it.
 *
 * @example
 * const rotation = await store.rotate(ref, { generation: 0, recovery: 3600, keepFor: 900 })
 */
export interface RotationStep extends Announcing {
  /** The generation presented. */
  readonly generation: number
  /** Seconds in which the presented generation may ask for another successor, as long as no successor was used. */
  readonly recovery: number
}

/**
 * The outcome of a refresh. `now` is the store's time of the decision. `session` is the session after the step; for
 * `reused`, the session before it was deleted.
 *
 * @example
 * if (rotation.outcome === 'reused') console.log('ended', rotation.session.sid)
 */
export type Rotation =
  | { readonly outcome: 'unknown'; readonly now: number }
  | {
      readonly outcome: 'rotated' | 'reissued' | 'healed'
      readonly now: number
      readonly session: StoredSession
    }
  | { readonly outcome: 'reused'; readonly now: number; readonly session: StoredSession }

/**
 * What a store knows about one session.
 *
 * @example
 * const { session, announced } = await store.find(ref)
 * const hasEnded = session === undefined && announced !== undefined
 */
export interface Found {
  readonly now: number
  /** The session, if it is alive. */
  readonly session: StoredSession | undefined
  /**
   * Why the session ended, if it is missing and the feed announces its end: it was then ended on purpose. `undefined`
   * for a missing session means that no end is announced. The store may then have been empty for a moment, or be the
   * wrong one.
   */
  readonly announced: AnnouncedKind | undefined
}

/**
 * Why the feed announces that a session has ended.
 *
 * - `revoked`: a decision. If a failover lost it, it is announced again.
 * - `evicted`: a login exceeded the number of sessions of a subject. If a failover lost that login, the evicted session
 *   may be alive again, so this is never announced again.
 *
 * @example
 * const kind: AnnouncedKind = 'revoked'
 */
export type AnnouncedKind = 'revoked' | 'evicted'

/**
 * A revocation in the feed.
 *
 * @example
 * for (const { sid, kind, age } of (await store.revokedSince()).revoked) console.log(sid, kind, age)
 */
export interface AnnouncedRevocation extends SessionRef {
  readonly kind: AnnouncedKind
  /** Milliseconds since it was announced, by the store's clock. */
  readonly age: number
}

/**
 * Which part of the feed to read.
 *
 * @example
 * await store.revokedSince(cursor, { shard: 0, keepFor: 900 })
 */
export interface FeedReading {
  /** The shard of the feed. Default: 0. */
  readonly shard?: number
  /** Seconds for which entries matter to the reader. A missing entry that is older has expired and was not lost. */
  readonly keepFor?: number
}

/**
 * One answer of the feed: revocations in the order in which they were announced.
 *
 * @example
 * let answer = await store.revokedSince()
 * while (answer.hasMore) answer = await store.revokedSince(answer.cursor)
 */
export interface Revoked {
  readonly revoked: readonly AnnouncedRevocation[]
  /**
   * Pass it to the next read, to get what came after this answer. It remembers the last entry that was read, by place
   * and `sid`.
   */
  readonly cursor: string
  /**
   * `false` if the answer begins at the start of the feed: when no cursor was passed, and when the entry that the
   * cursor remembers is gone before its time. In the second case the store has lost the end of what it had written.
   */
  readonly isContinuous: boolean
  /** Whether more entries follow. An answer has a limited number of entries: continue from the cursor. */
  readonly hasMore: boolean
}

/**
 * A problem with the settings of a store that an operator should know about.
 *
 * @example
 * const message = 'Redis may evict sessions: set maxmemory-policy to noeviction'
 * const warning: StoreWarning = { code: 'redis_may_evict', message }
 */
export interface StoreWarning {
  /** The kind of problem, for programs, such as `redis_may_evict`. */
  readonly code: string
  /** For people: what is wrong, what it leads to, what to do. No secrets. */
  readonly message: string
}

/**
 * The contract of a session store. `storeCases` of `@tokenratchet/core/testing` checks a store against it.
 *
 * - Each method is one atomic step on the session or the subject that it names. It must do no harm when its command is
 *   applied twice, as happens when a client resends it after a lost reply.
 * - Time is the store's own clock, read once per method. A session whose deadline has passed counts as missing.
 * - A rejection always means that the store failed (`StoreUnavailableError`), whether or not the command was applied.
 * - A deletion and its announcement are one step. The feed may repeat an entry; it never skips one. When a session is
 *   announced again its entry is not moved, unless the session was alive.
 * - The feed may have shards that fail independently, such as the nodes of a Cluster. All revocations of a subject are
 *   in one shard.
 * - The end of a live session is reported once, by the call that caused it: as `replaced`, `evicted`, `reused`, `true`
 *   of `delete`, or an element of `deleteAll`. Each report becomes one event. A command that a client library resends
 *   after a lost reply is the same call, and should get the same answer.
 * - All numbers of a session are whole and at most `maxSessionNumber`. A step that would write a larger one, or that
 *   finds a record which it can't have written, rejects and changes nothing.
 * - An answer is about the session or the subject that was asked for. An answer about anything else, or of another
 *   shape than declared here, counts as a failure of the store.
 *
 * @example
 * for (const { name, run } of storeCases) test(name, () => run({ store: myStore, elapse }))
 */
export interface Store {
  /**
   * Creates the session at generation 0, and returns it with the sessions that this ended. A session that exists
   * already is left as it is. If the end of this session is announced, the call rejects and does not create it again: a
   * client may resend the command after the session has ended.
   *
   * In the same step it removes the subject's expired sessions. Then it ends `replaces` and announces that end, even if
   * that session is gone already, as the caller held its token. Then it ends and announces the least recently used
   * sessions beyond `perSubject`, but never the new one.
   */
  create(session: NewSession, rules: CreationRules): Promise<Creation>

  /**
   * Presents generation `k`. `g` is the newest generation issued, `p` the one whose successors are alive, and `f` the
   * first of these successors. `next` is max(newest + 1, milliseconds from the session's creation until the caller
   * asked). A command that runs late, in a queue or on a server that a failover has left behind, is therefore numbered
   * by the time at which it was asked for. If the session was rotated in the meantime, such a command rejects instead of
   * ending the session, because the token was valid when the caller asked. The rows apply in this order:
   *
   * | presented | outcome | effect |
   * |---|---|---|
   * | no session | `unknown` | none |
   * | k > g | `healed` | p = k, f = g = next (above k), recovery window and idle deadline move |
   * | f <= k <= g | `rotated` | p = k, f = g = next, recovery window and idle deadline move |
   * | k = p within the recovery window | `reissued` | g = next, nothing else |
   * | any other k | `reused` | session deleted and announced |
   *
   * Rejects if `next` would exceed `maxSessionNumber`, as it would not fit into a refresh token.
   */
  rotate(ref: SessionRef, step: RotationStep): Promise<Rotation>

  /** Finds the live session, or tells whether its end is announced. */
  find(ref: SessionRef): Promise<Found>

  /** Lists the live sessions of a subject, in any order. */
  list(subjectHash: string): Promise<readonly StoredSession[]>

  /**
   * Ends a session, and returns whether a live session was there. It announces the end if one was there. With `always`
   * it announces in any case: use that for a caller who held a valid token of the session, never for a bare `sid` that
   * a stranger named.
   */
  delete(ref: SessionRef, how: Announcing & { readonly always?: boolean }): Promise<boolean>

  /**
   * Ends the sessions of a subject except the one whose `sid` is in `except`. It announces and returns those that were
   * there.
   */
  deleteAll(
    subjectHash: string,
    how: Announcing & { readonly except?: string },
  ): Promise<readonly SessionRef[]>

  /**
   * Reads what was revoked in a shard after `cursor`. Without a cursor it reads everything that is still announced,
   * from the start.
   */
  revokedSince(cursor?: string, how?: FeedReading): Promise<Revoked>

  /** The number of shards of the feed. Default: 1. */
  readonly shards?: number

  /** The shard of a subject, from 0 to `shards - 1`. Default: 0. */
  shardOf?(subjectHash: string): number

  /**
   * Registers a listener for warnings about the settings of the store. Call it when a problem is found: each warning
   * becomes an event.
   */
  onWarning?(listener: (warning: StoreWarning) => void): void
}
