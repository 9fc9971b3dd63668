import type { Emit } from '../events.js'
import type { CheckedStore } from '../store/checked/index.js'
import type { Lost, Revocations } from './revocations.js'

/** Commands under way at once. */
const maxParallel = 100

interface Options {
  readonly store: Pick<CheckedStore, 'delete' | 'find'>
  /** Seconds. */
  readonly keepFor: number
  readonly emit: Emit
  readonly revocations: Pick<Revocations, 'matters' | 'isRevoked' | 'doubt'>
}

/**
 * Applies again revocations that the store has lost, and asks it about lost evictions: beside the reads of the feed, which
 * must not wait for that.
 */
export class Healing {
  readonly #options: Options
  #lost = new Map<string, Lost>()
  #isRunning = false
  /** Whether the store failed last: then a single command finds out whether it is back. */
  #hasFailed = false
  #isClosed = false

  constructor(options: Options) {
    this.#options = options
  }

  /** Another process was faster. */
  skip(sid: string): void {
    this.#lost.delete(sid)
  }

  heal(lost: readonly Lost[]): void {
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
        await Promise.all([...this.#lost.values()].slice(0, parallel).map(ref => this.#settle(ref)))
        this.#hasFailed = false
      }
    } catch {
      this.#hasFailed = true
    } finally {
      this.#isRunning = false
    }
  }

  async #settle(ref: Lost): Promise<void> {
    this.#lost.delete(ref.sid)
    try {
      await (ref.kind === 'evicted' ? this.#askAgain(ref) : this.#applyAgain(ref))
    } catch (error) {
      this.#lost.set(ref.sid, ref)
      throw error
    }
  }

  async #applyAgain({ subjectHash, sid }: Lost): Promise<void> {
    const { store, keepFor, emit } = this.#options
    await store.delete({ subjectHash, sid }, { keepFor, always: true })
    emit({ type: 'revocation_healed', sid })
  }

  /** The login that evicted the session may be lost as well: if the session lives, its access tokens are good. */
  async #askAgain({ subjectHash, sid }: Lost): Promise<void> {
    const { store, revocations } = this.#options
    const livesAfterAll = revocations.doubt(sid)
    if (!revocations.isRevoked(sid) && (await store.find({ subjectHash, sid })).session !== undefined) {
      livesAfterAll()
    }
  }
}

/** In the same order, begun anywhere: processes that do this at once share the work. */
function fromAnywhere<T>(list: readonly T[]): T[] {
  const start = Math.floor(Math.random() * list.length)
  return [...list.slice(start), ...list.slice(0, start)]
}
