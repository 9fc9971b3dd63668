import type { SessionRef } from './store/store.js'

interface Known {
  readonly tag: string
  /** By the clock that nobody can set. */
  readonly until: number
}

/**
 * The sessions that this process knows as revoked: consulted at each use of an access token. Entries go when no access
 * token of the session can be alive any more, so memory is bounded by the revocations of that time.
 */
export class Revocations {
  readonly #known = new Map<string, Known>()
  readonly #keepFor: number
  readonly #elapsed: () => number

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
      this.#known.delete(sid)
      this.#known.set(sid, { tag, until })
    }
  }

  has(sid: string): boolean {
    return this.#known.has(sid)
  }

  /** @returns those that will be remembered for so many milliseconds and more */
  lasting(milliseconds: number): SessionRef[] {
    const least = this.#elapsed() + milliseconds
    return [...this.#known].flatMap(([sid, { tag, until }]) => (until >= least ? [{ tag, sid }] : []))
  }

  get size(): number {
    return this.#known.size
  }

  /** They come in the order of their ends, as nearly as clocks agree: one that waits behind a later one goes with it. */
  #drop(now: number): void {
    for (const [sid, { until }] of this.#known) {
      if (now < until) {
        break
      }
      this.#known.delete(sid)
    }
  }
}
