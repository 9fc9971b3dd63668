import type { SessionRef } from './store/store.js'

interface Known {
  readonly tag: string
  /** By the clock that nobody can set. */
  readonly until: number
}

/** Milliseconds from one look for what is no longer needed to the next: rare, as it goes through all of them. */
const dropEvery = 60_000

/**
 * The sessions that this process knows as revoked: consulted at each use of an access token. Entries go when no access
 * token of the session can be alive any more, or a minute later, so memory is bounded by the revocations of that time.
 */
export class Revocations {
  readonly #known = new Map<string, Known>()
  readonly #keepFor: number
  readonly #elapsed: () => number
  #dropAt = Number.NEGATIVE_INFINITY

  /**
   * @param keepFor seconds
   * @param elapsed a clock in milliseconds that nobody can set: a jump of the system's clock forgets nothing
   */
  constructor(keepFor: number, elapsed: () => number = () => performance.now()) {
    this.#keepFor = keepFor * 1000
    this.#elapsed = elapsed
  }

  /** @param age milliseconds since the session was revoked */
  add({ tag, sid }: SessionRef, age = 0): void {
    const now = this.#elapsed()
    this.#drop(now)
    // A clock that was set back may make it older than it is, never younger than now.
    const until = now + this.#keepFor - Math.max(0, age)
    if (until > (this.#known.get(sid)?.until ?? now)) {
      this.#known.set(sid, { tag, until })
    }
  }

  has(sid: string): boolean {
    return this.#known.has(sid)
  }

  /** @returns those that will be remembered for so many milliseconds and more */
  lasting(milliseconds: number): SessionRef[] {
    const now = this.#elapsed()
    this.#drop(now)
    const least = now + milliseconds
    return [...this.#known].flatMap(([sid, { tag, until }]) => (until >= least ? [{ tag, sid }] : []))
  }

  get size(): number {
    return this.#known.size
  }

  /** All of them at once: a Map steps over every entry that was deleted at its front, whenever it is begun again. */
  #drop(now: number): void {
    if (now < this.#dropAt) {
      return
    }
    this.#dropAt = now + dropEvery
    for (const [sid, { until }] of this.#known) {
      if (now >= until) {
        this.#known.delete(sid)
      }
    }
  }
}
