import type { Publish } from './events.js'
import type { Revocations } from './revocations.js'
import type { CheckedStore } from './store/checked.js'
import type { SessionRef } from './store/store.js'

/** Deletions under way at once. */
const maxParallel = 100

interface Options {
  readonly store: Pick<CheckedStore, 'delete'>
  /** Seconds. */
  readonly publishFor: number
  readonly publish: Publish
  readonly revocations: Pick<Revocations, 'matters'>
}

/** Applies revocations again that the store has lost, beside the reads of the feed, which must not wait for it. */
export class Healing {
  readonly #options: Options
  #lost = new Map<string, SessionRef>()
  #isRunning = false
  /** Whether the store failed last: then a single deletion finds out whether it is back. */
  #hasFailed = false
  #isClosed = false

  constructor(options: Options) {
    this.#options = options
  }

  /** Another process was faster. */
  skip(sid: string): void {
    this.#lost.delete(sid)
  }

  heal(lost: readonly SessionRef[]): void {
    this.#lost = new Map(fromAnywhere(lost).map(ref => [ref.sid, ref]))
    void this.#run()
  }

  /** Goes on with what a failure of the store has left, as far as it still matters. Call it after each read. */
  resume(): void {
    for (const sid of this.#lost.keys()) {
      if (!this.#options.revocations.matters(sid)) {
        this.#lost.delete(sid)
      }
    }
    void this.#run()
  }

  close(): void {
    this.#isClosed = true
  }

  async #run(): Promise<void> {
    if (this.#isRunning) {
      return
    }
    this.#isRunning = true
    try {
      while (this.#lost.size > 0 && !this.#isClosed) {
        const parallel = this.#hasFailed ? 1 : maxParallel
        await Promise.all([...this.#lost.values()].slice(0, parallel).map(ref => this.#applyAgain(ref)))
        this.#hasFailed = false
      }
    } catch {
      this.#hasFailed = true
    } finally {
      this.#isRunning = false
    }
  }

  async #applyAgain(ref: SessionRef): Promise<void> {
    const { store, publishFor, publish } = this.#options
    this.#lost.delete(ref.sid)
    try {
      await store.delete(ref, { publishFor, always: true })
    } catch (error) {
      this.#lost.set(ref.sid, ref)
      throw error
    }
    publish({ type: 'revocation_healed', sid: ref.sid })
  }
}

/** In the same order, begun anywhere: processes that do this at once share the work. */
function fromAnywhere<T>(list: readonly T[]): T[] {
  const start = Math.floor(Math.random() * list.length)
  return [...list.slice(start), ...list.slice(0, start)]
}
