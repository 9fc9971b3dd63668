// When something was wrong with the servers: what was acknowledged meanwhile may be lost, and is no broken promise.

export interface Window {
  readonly kind: string
  /** All that was acknowledged before this had reached a replica. */
  readonly from: number
  /** Whether the topology was whole again, and since when. */
  until: number
}

export class Windows {
  readonly #windows: Window[] = []

  begin(kind: string, from: number): void {
    this.#windows.push({ kind, from, until: Number.POSITIVE_INFINITY })
  }

  end(until: number): void {
    const last = this.#windows.at(-1)
    if (last) {
      last.until = until
    }
  }

  /** The kind of fault that is there now. */
  get open(): string | undefined {
    const last = this.#windows.at(-1)
    return last?.until === Number.POSITIVE_INFINITY ? last.kind : undefined
  }

  /** When the last fault was over; 0 before the first. */
  get lastEnd(): number {
    return Math.max(0, ...this.#windows.map(({ until }) => until).filter(Number.isFinite))
  }

  /** The first fault that touches this span of time. */
  within(from: number, until: number = Date.now()): string | undefined {
    return this.#windows.find(each => each.from <= until && from <= each.until)?.kind
  }
}
