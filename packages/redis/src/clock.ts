/**
 * Estimates the time on a server: the time of its last reply, plus what has passed since on a monotonic clock. A reply
 * takes time to arrive, so the estimate is never ahead of the server, unless the server's clock was set back.
 */
export class ServerClock {
  #told: { time: number; at: number } | undefined

  tell(time: number): void {
    this.#told = { time, at: performance.now() }
  }

  /** Returns milliseconds, or `undefined` before the first reply. */
  now(): number | undefined {
    return this.#told && Math.floor(this.#told.time + performance.now() - this.#told.at)
  }
}
