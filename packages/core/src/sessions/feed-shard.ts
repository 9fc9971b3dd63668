import type { Emit } from '../events.js'
import type { CheckedStore } from '../store/checked/index.js'
import type { Revoked } from '../store/store.js'
import { withinTimeout } from '../values/timeout.js'
import { Healing } from './feed-healing.js'
import type { Lost, Revocations } from './revocations.js'

/** Milliseconds from one read to the next. */
const pollEvery = 1000

/** Milliseconds that a revocation must still matter for to be applied again: clocks may disagree by less. */
const worthHealing = 60_000

/** Milliseconds after which a store that does not answer has failed. Its own deadline should come before. */
const timeout = 5000

/** Entries that a slice of the whole feed has at most, as an answer of a store does. */
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
 * One shard of the feed of revocations, read once a second from where the last read ended.
 *
 * | found | then |
 * |---|---|
 * | entries after the cursor | they are known here, and the cursor moves |
 * | the entry that the cursor remembers is gone before its time | the store has lost its end: the answer begins at the start, and what is known here and not there is applied again; an eviction is forgotten instead if its session lives |
 * | something that this process revoked is not in a read sent later | as above, from the next read on |
 * | nothing of the kind | all of the feed is read in slices in a third of the time that entries are kept, as a safety net: for what was lost from its middle |
 * | the store fails | the cursor stays, and what could not be applied again is tried after the next read; after `maxStaleness` the shard is stale, once |
 */
export class FeedShard {
  readonly #options: FeedOptions
  readonly #shard: number
  readonly #owns: (subjectHash: string) => boolean
  readonly #healing: Healing
  #cursor: string | undefined
  /** When the read of all of it was sent that is not at its end yet: an answer of several may fail. */
  #beganAt: number | undefined
  /** When the last read that succeeded was sent. */
  #freshAt = Number.NEGATIVE_INFINITY
  #isToldStale = false
  /** Entries of the shard: those of the last read of all of it, and what has come since. */
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
    // Processes that start together do not read all of the feed together.
    this.#sliceAt = options.elapsed() + this.#period * (0.5 + Math.random() / 2)
    this.loading = this.#poll()
  }

  /** Whether this process may have missed revocations of more than `maxStaleness` ago. */
  get isStale(): boolean {
    const { elapsed, maxStaleness } = this.#options
    return elapsed() - this.#freshAt > maxStaleness * 1000
  }

  close(): void {
    this.#isClosed = true
    this.#healing.close()
    clearTimeout(this.#timer)
  }

  /** Milliseconds in which all of the feed is read. */
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

  /** What came after the cursor, or, where that is no use, all that there is. */
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

  /** The safety net: a slice of all that there is, from the start to the end, over and over. */
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
      // What is there counts until the next look at all of it.
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
