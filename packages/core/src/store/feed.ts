import type { Revoked, SessionRef } from './store.js'

interface Entry {
  readonly ref: SessionRef
  readonly score: number
  readonly publishedAt: number
  readonly until: number
}

/** Revocations in the order in which they happened, each kept until nobody can need it any more. */
export class Feed {
  /** In ascending order of their scores: an entry that is published again moves to the end. */
  readonly #entries = new Map<string, Entry>()
  #highest = 0

  publish(ref: SessionRef, publishFor: number, now: number): void {
    const member = `${ref.tag}|${ref.sid}`
    // Microseconds, and always rising, though the clock be set back or two come in one millisecond.
    this.#highest = Math.max(now * 1000, this.#highest + 1)
    const until = Math.max(now + publishFor * 1000, this.#entries.get(member)?.until ?? 0)
    this.#entries.delete(member)
    this.#entries.set(member, {
      ref: { tag: ref.tag, sid: ref.sid },
      score: this.#highest,
      publishedAt: now,
      until,
    })
  }

  has({ tag, sid }: SessionRef): boolean {
    return this.#entries.has(`${tag}|${sid}`)
  }

  since(cursor: string | undefined, now: number): Revoked {
    this.drop(now)
    const after = Number(cursor ?? 0)
    const revoked = [...this.#entries.values()]
      .filter(({ score }) => score > after)
      .map(({ ref, publishedAt }) => ({ ...ref, age: Math.max(0, now - publishedAt) }))
    return { revoked, cursor: `${this.#highest}` }
  }

  drop(now: number): void {
    for (const [member, { until }] of this.#entries) {
      if (now >= until) {
        this.#entries.delete(member)
      }
    }
  }
}
