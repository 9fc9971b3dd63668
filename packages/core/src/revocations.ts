/**
 * The sessions that this process knows as revoked: consulted at each use of an access token. Entries go when no access
 * token of the session can be alive any more, so memory is bounded by the revocations of that time.
 */
export class Revocations {
  readonly #until = new Map<string, number>()
  readonly #keepFor: number
  readonly #elapsed: () => number

  /**
   * @param keepFor seconds; the same for all, so that the oldest entry is always the first to go
   * @param elapsed a clock in milliseconds that nobody can set: a jump of the system's clock forgets nothing
   */
  constructor(keepFor: number, elapsed: () => number = () => performance.now()) {
    this.#keepFor = keepFor
    this.#elapsed = elapsed
  }

  add(sid: string): void {
    const now = this.#elapsed()
    for (const [each, until] of this.#until) {
      if (now < until) {
        break
      }
      this.#until.delete(each)
    }
    this.#until.delete(sid)
    this.#until.set(sid, now + this.#keepFor * 1000)
  }

  has(sid: string): boolean {
    return this.#until.has(sid)
  }
}
