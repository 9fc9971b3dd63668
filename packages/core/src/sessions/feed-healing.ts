import type { Emit } from '../events.js'
import type { CheckedStore } from '../store/checked/index.js'
import type { Lost, Revocations } from './revocations.js'

/** The most commands sent to the store at the same time. */
const maxParallel = 100

interface Options {
  readonly store: Pick<CheckedStore, 'delete' | 'find'>
  /** Seconds. */
  readonly keepFor: number
  readonly emit: Emit
  readonly revocations: Pick<Revocations, 'matters' | 'isRevoked' | 'doubt'>
}

/**
 * Applies revocations again that the store has lost, and asks the store about evictions that it has lost. This runs
 * beside the reads of the feed, which must not wait for it.
 */
export class Healing {
  readonly #options: Options
  #lost = new Map<string, Lost>()
  #isRunning = false
  /** Whether the last command failed. A single command then finds out whether the store is back. */
  #hasFailed = false
  #isClosed = false

  constructor(options: Options) {
    this.#options = options
  }

  /** Drops a session that another process has already announced again. */
  skip(sid: string): void {
    this.#lost.delete(sid)
  }

  /** Starts to heal what a whole read of the feed found to be lost. It replaces what an earlier read has left. */
  heal(lost: readonly Lost[]): void {
    this.#lost = new Map(fromAnywhere(lost).map(ref => [ref.sid, ref]))
    void this.#run()
  }

  /** Continues with what a failure of the store has left, unless it no longer matters. Call it after each read. */
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

  /**
   * Asks the store whether an evicted session lives. The failover may have lost the login that evicted it as well. If
   * the session lives, its access tokens are valid again.
   */
  async #askAgain({ subjectHash, sid }: Lost): Promise<void> {
    const { store, revocations } = this.#options
    const livesAfterAll = revocations.doubt(sid)
    if (!revocations.isRevoked(sid) && (await store.find({ subjectHash, sid })).session !== undefined) {
      livesAfterAll()
    }
  }
}

/** The list from a random position on, in the same order. Processes that do this at the same time share the work. */
function fromAnywhere<T>(list: readonly T[]): T[] {
  const start = Math.floor(Math.random() * list.length)
  return [...list.slice(start), ...list.slice(0, start)]
}
