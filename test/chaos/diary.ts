// What the instances have decided about each session lately: to tell why one of them has ended.
import type { TokenEvent } from '@tokenratchet/core'

/** Decisions kept for each session, and sessions. */
const maxEntries = 8
const maxSessions = 2000

export class Diary {
  readonly #entries = new Map<string, string[]>()

  /** @param instance which of the worker's own has decided */
  add(instance: number, { type, ...event }: TokenEvent): void {
    const { sid, ...rest } = event as { sid?: string }
    if (sid === undefined) {
      return
    }
    const entries = this.#entries.get(sid) ?? []
    this.#entries.delete(sid)
    const details = Object.entries(rest).flatMap(([name, value]) =>
      name === 'subject' ? [] : `${name}=${value}`,
    )
    const time = new Date().toISOString().slice(11, 23)
    this.#entries.set(sid, [
      ...entries.slice(1 - maxEntries),
      [time, `#${instance}`, type, ...details].join(' '),
    ])
    if (this.#entries.size > maxSessions) {
      const [oldest = ''] = this.#entries.keys()
      this.#entries.delete(oldest)
    }
  }

  of(sid: string): string {
    return (this.#entries.get(sid) ?? []).join('; ')
  }
}
