import type { Emit } from '../events.js'
import type { CheckedStore } from '../store/checked/index.js'
import type { SessionRef } from '../store/store.js'

/** Deletions under way at once. */
const maxParallel = 100

interface Options {
  readonly store: Pick<CheckedStore, 'delete'>
  /** Seconds. */
  readonly keepFor: number
  readonly emit: Emit
  /** Called when the store fails meanwhile: what is lost must be found again. */
  readonly onFailure: () => void
}

/** Applies revocations again that the store has lost, beside the reads of the feed, which must not wait for it. */
export class Healing {
  readonly #options: Options
  #lost = new Map<string, SessionRef>()
  #isRunning = false
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
        await Promise.all([...this.#lost.values()].slice(0, maxParallel).map(ref => this.#applyAgain(ref)))
      }
    } catch {
      this.#lost.clear()
      this.#options.onFailure()
    } finally {
      this.#isRunning = false
    }
  }

  async #applyAgain(ref: SessionRef): Promise<void> {
    const { store, keepFor, emit } = this.#options
    this.#lost.delete(ref.sid)
    await store.delete(ref, { keepFor, always: true })
    emit({ type: 'revocation_healed', sid: ref.sid })
  }
}

/** In the same order, begun anywhere: processes that do this at once share the work. */
function fromAnywhere<T>(list: readonly T[]): T[] {
  const start = Math.floor(Math.random() * list.length)
  return [...list.slice(start), ...list.slice(0, start)]
}
