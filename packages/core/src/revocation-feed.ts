import type { Publish } from './events.js'
import { withinPatience } from './patience.js'
import type { Revocations } from './revocations.js'
import type { CheckedStore } from './store/checked.js'
import type { SessionRef } from './store/store.js'

/** Milliseconds from one read to the next, */
const every = 1000

/** between reads of the whole window, which find what a failover lost, */
const wholeEvery = 60_000

/** and that a revocation must still matter for to be applied again: clocks may disagree by less. */
const worthHealing = 60_000

/** Milliseconds after which a store that does not answer has failed: its own deadline should come before. */
const patience = 5000

/**
 * Milliseconds for each known revocation, over which processes spread their reads of the whole window after a failure:
 * all at once they would keep a server with a large window from everything else, and fail again.
 */
const spread = 0.5

/** Deletions under way at once while that is done. */
const atOnce = 100

interface Options {
  readonly store: Pick<CheckedStore, 'revokedSince' | 'delete'>
  readonly revocations: Revocations
  /** Seconds. */
  readonly publishFor: number
  /** Seconds. */
  readonly maxStaleness: number
  readonly publish: Publish
}

/**
 * What the other processes revoke. One small read of the store each second; the whole window at first, each minute, and
 * after a failure. How old the view is, a clock tells that nobody can set.
 */
export class RevocationFeed {
  readonly #options: Options
  readonly #elapsed: () => number
  #cursor: string | undefined
  /** When the last read that succeeded was sent, and when one of the whole window is due. */
  #freshAt = Number.NEGATIVE_INFINITY
  #wholeAt = Number.NEGATIVE_INFINITY
  /** That was brought forward by a failure, once for all that follow it. */
  #isWholeSoon = false
  #isToldStale = false
  /** By `sid`, what this process knows as revoked and the store has forgotten: a failover lost it. */
  #lost = new Map<string, SessionRef>()
  #isHealing = false
  #timer: NodeJS.Timeout | undefined
  #isClosed = false
  #loading: Promise<void> | undefined

  constructor(options: Options, elapsed: () => number = () => performance.now()) {
    this.#options = options
    this.#elapsed = elapsed
    this.#loading = this.#poll().finally(() => {
      this.#loading = undefined
    })
  }

  /** The first read, while it is under way. It ends also when the store fails, and never rejects. */
  get loading(): Promise<void> | undefined {
    return this.#loading
  }

  /** Whether this process may have missed revocations of more than `maxStaleness` ago. */
  get isStale(): boolean {
    return this.#elapsed() - this.#freshAt > this.#options.maxStaleness * 1000
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  async #poll(): Promise<void> {
    await this.#read().catch((error: Error) => this.#failed(error))
    if (!this.#isClosed) {
      this.#timer = setTimeout(() => void this.#poll(), every).unref()
    }
  }

  async #read(): Promise<void> {
    const { store, revocations, publish, publishFor } = this.#options
    const now = this.#elapsed()
    // A cursor is good however old it is: what the store does not keep any more matters to nobody.
    const isWhole = now >= this.#wholeAt
    const known = isWhole ? revocations.lasting(worthHealing) : []
    const reading = store.revokedSince(isWhole ? undefined : this.#cursor)
    const { revoked, cursor } = await withinPatience('the store', patience, reading)
    for (const revocation of revoked) {
      // What is there still counts until the next look, whatever a clock that jumped makes of its age.
      revocations.add(revocation, Math.min(revocation.age, publishFor * 1000 - 1.5 * wholeEvery))
      // Another process was faster.
      this.#lost.delete(revocation.sid)
    }
    this.#cursor = cursor
    this.#freshAt = now
    if (this.#isToldStale) {
      this.#isToldStale = false
      publish({ type: 'feed_fresh' })
    }
    if (isWhole) {
      this.#wholeAt = now + wholeEvery
      this.#isWholeSoon = false
      const published = new Set(revoked.map(({ sid }) => sid))
      this.#lost = new Map(
        fromAnywhere(known.filter(({ sid }) => !published.has(sid))).map(ref => [ref.sid, ref]),
      )
      void this.#heal()
    }
  }

  /** Beside the reads, which must not wait for it, and which tell what other processes heal meanwhile. */
  async #heal(): Promise<void> {
    if (this.#isHealing) {
      return
    }
    this.#isHealing = true
    try {
      while (this.#lost.size > 0 && !this.#isClosed) {
        await Promise.all([...this.#lost.values()].slice(0, atOnce).map(ref => this.#applyAgain(ref)))
      }
    } catch {
      // The next read of the whole window begins this anew.
      this.#lost.clear()
      this.#readWholeSoon()
    } finally {
      this.#isHealing = false
    }
  }

  async #applyAgain(ref: SessionRef): Promise<void> {
    const { store, publishFor, publish } = this.#options
    this.#lost.delete(ref.sid)
    await store.delete(ref, { publishFor, always: true })
    publish({ type: 'revocation_healed', sid: ref.sid })
  }

  #failed(error: Error): void {
    this.#readWholeSoon()
    if (this.isStale && !this.#isToldStale && !this.#isClosed) {
      this.#isToldStale = true
      this.#options.publish({ type: 'feed_stale', error })
    }
  }

  /**
   * A server that failed over may have lost something. At once, unless that is much to read; and never later than it
   * would have been, or a store that fails now and then would put it off for ever.
   */
  #readWholeSoon(): void {
    const now = this.#elapsed()
    if (this.#cursor === undefined) {
      this.#wholeAt = Number.NEGATIVE_INFINITY
    } else if (now >= this.#wholeAt || !this.#isWholeSoon) {
      const wait = Math.min(this.#options.revocations.size * spread, wholeEvery)
      const soon = now + Math.random() * wait
      this.#wholeAt = now >= this.#wholeAt ? soon : Math.min(soon, this.#wholeAt)
      this.#isWholeSoon = true
    }
  }
}

/** In the same order, begun anywhere: processes that do this at once share the work. */
function fromAnywhere<T>(list: readonly T[]): T[] {
  const start = Math.floor(Math.random() * list.length)
  return [...list.slice(start), ...list.slice(0, start)]
}
