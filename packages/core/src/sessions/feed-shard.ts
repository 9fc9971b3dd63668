import type { Emit } from '../events.js'
import type { CheckedStore } from '../store/checked/index.js'
import type { Revoked } from '../store/store.js'
import { withinTimeout } from '../values/timeout.js'
import { Healing } from './feed-healing.js'
import type { Lost, Revocations } from './revocations.js'

/** Milliseconds from one read to the next. */
const pollEvery = 1000

/**
 * A lost revocation is applied again only if it still matters for this many milliseconds. Clocks may differ by less.
 */
const worthHealing = 60_000

/**
 * Milliseconds after which a store that does not answer counts as failed. A store should have a shorter timeout of its
 * own.
 */
const timeout = 5000

/** The most entries in a slice of the whole feed: as many as one answer of a store has. */
const maxSlice = 1000

export interface FeedOptions {
  readonly store: Pick<CheckedStore, 'revokedSince' | 'delete' | 'find'>
  readonly revocations: Revocations
  /** Seconds. */
  readonly keepFor: number
  /** Seconds. */
  readonly maxStaleness: number
  readonly emit: Emit
  /** A monotonic clock in milliseconds. */
  readonly elapsed: () => number
}

/**
 * Reads one shard of the feed of revocations once a second, from where the last read ended.
 *
 * | found | then |
 * |---|---|
 * | entries after the cursor | they are noted, and the cursor moves |
 * | the entry that the cursor remembers is gone before its time | the store has lost the end of the feed: its answer begins at the start, and what is known here but missing there is applied again; an eviction is forgotten instead if its session lives |
 * | a revocation of this process is missing from a read that was sent later | as above, from the next read on |
 * | none of these | as a safety net the whole feed is read in slices, once in a third of the time that entries are kept: this finds what was lost from its middle |
 * | the store fails | the cursor stays, and healing continues after the next read that succeeds; after `maxStaleness` the shard is stale, and one event is emitted |
 */
export class FeedShard {
  readonly #options: FeedOptions
  readonly #shard: number
  readonly #owns: (subjectHash: string) => boolean
  readonly #healing: Healing
  #cursor: string | undefined
  /** When the whole read that has not ended yet was sent. It may take several answers, and one of them may fail. */
  #beganAt: number | undefined
  /** When the last successful read was sent. */
  #freshAt = Number.NEGATIVE_INFINITY
  #isToldStale = false
  /** The number of entries in the shard: those of the last whole read, and those that came since. */
  #size = 0
  #slice:
    | { readonly cursor: string | undefined; readonly startedAt: number; readonly size: number }
    | undefined
  #sliceAt: number
  #timer: NodeJS.Timeout | undefined
  #isClosed = false
  /** Settles when the first read has succeeded or failed. Never rejects. */
  readonly loading: Promise<void>

  constructor(options: FeedOptions, shard: number, owns: (subjectHash: string) => boolean) {
    this.#options = options
    this.#shard = shard
    this.#owns = owns
    this.#healing = new Healing(options)
    // A random start, so that processes which start together do not read the whole feed at the same time.
    this.#sliceAt = options.elapsed() + this.#period * (0.5 + Math.random() / 2)
    this.loading = this.#poll()
  }

  /** Whether this process may have missed revocations that are older than `maxStaleness`. */
  get isStale(): boolean {
    const { elapsed, maxStaleness } = this.#options
    return elapsed() - this.#freshAt > maxStaleness * 1000
  }

  close(): void {
    this.#isClosed = true
    this.#healing.close()
    clearTimeout(this.#timer)
  }

  /** Milliseconds in which the whole feed is read once. */
  get #period(): number {
    return (this.#options.keepFor * 1000) / 3
  }

  async #poll(): Promise<void> {
    const startedAt = this.#options.elapsed()
    try {
      await this.#readOn(startedAt)
      this.#succeeded(startedAt)
      await this.#readSlice()
    } catch (error) {
      this.#failed(error as Error)
    }
    if (!this.#isClosed) {
      this.#timer = setTimeout(() => void this.#poll(), pollEvery).unref()
    }
  }

  /** Reads what came after the cursor, or the whole feed if the cursor is of no use. */
  async #readOn(startedAt: number): Promise<void> {
    const { elapsed, revocations } = this.#options
    let answer: Revoked
    do {
      const readAt = elapsed()
      answer = await this.#read(this.#cursor, readAt)
      this.#cursor = answer.cursor
      this.#beganAt = answer.isContinuous ? this.#beganAt : readAt
      this.#size = (answer.isContinuous ? this.#size : 0) + answer.revoked.length
    } while (answer.hasMore && !this.#isClosed)
    if (this.#beganAt !== undefined) {
      this.#healing.heal(this.#lostSince(this.#beganAt))
      this.#beganAt = undefined
    } else if (revocations.hasUnseen({ readAt: startedAt, owns: this.#owns })) {
      this.#cursor = undefined
    }
    this.#healing.resume()
  }

  /** The safety net: reads one slice of the whole feed, from its start to its end, over and over. */
  async #readSlice(): Promise<void> {
    const readAt = this.#options.elapsed()
    if (readAt < this.#sliceAt || this.#isClosed) {
      return
    }
    const { cursor, ...before } = this.#slice ?? { cursor: undefined, startedAt: readAt, size: 0 }
    const answer = await this.#read(cursor, readAt)
    const startedAt = answer.isContinuous ? before.startedAt : readAt
    const size = (answer.isContinuous ? before.size : 0) + answer.revoked.length
    this.#slice = answer.hasMore ? { cursor: answer.cursor, startedAt, size } : undefined
    if (!answer.hasMore) {
      this.#size = size
      this.#healing.heal(this.#lostSince(startedAt))
    }
    this.#sliceAt = readAt + this.#period / Math.max(1, Math.ceil(this.#size / maxSlice))
  }

  #lostSince(readAt: number): Lost[] {
    return this.#options.revocations.lostSince({ readAt, owns: this.#owns }, worthHealing)
  }

  async #read(cursor: string | undefined, readAt: number): Promise<Revoked> {
    const { store, revocations, keepFor } = this.#options
    const how = { shard: this.#shard, keepFor }
    const answer = await withinTimeout('the store', timeout, store.revokedSince(cursor, how))
    for (const revocation of answer.revoked) {
      // An entry that was read is remembered until the next whole read.
      revocations.see(revocation, readAt, 1.3 * this.#period)
      this.#healing.skip(revocation.sid)
    }
    return answer
  }

  #succeeded(startedAt: number): void {
    this.#freshAt = startedAt
    if (this.#isToldStale) {
      this.#isToldStale = false
      this.#options.emit({ type: 'feed_fresh', shard: this.#shard })
    }
  }

  #failed(error: Error): void {
    if (this.isStale && !this.#isToldStale && !this.#isClosed) {
      this.#isToldStale = true
      this.#options.emit({ type: 'feed_stale', shard: this.#shard, error })
    }
  }
}
