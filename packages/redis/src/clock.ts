/**
 * What time it is on a server, as far as can be told from its last answer: its time then, and what has gone by since on
 * a monotonic clock. Not later than it really is, as an answer takes time to arrive, unless it was set back.
 */
export class ServerClock {
  #told: { time: number; at: number } | undefined

  tell(time: number): void {
    this.#told = { time, at: performance.now() }
  }

  /** Milliseconds; `undefined` before the first answer. */
  now(): number | undefined {
    return this.#told && Math.floor(this.#told.time + performance.now() - this.#told.at)
  }
}
