import { StoreUnavailableError } from '../../errors.js'
import type { Entry } from '../entry.js'
import type { SessionRecords } from '../steps.js'
import type { SessionRef } from '../store.js'

const sweepEvery = 60_000

/** The sessions of each subject. Expired sessions count as missing, and are removed from time to time. */
export class MemorySessions implements SessionRecords {
  readonly #subjects = new Map<string, Map<string, Entry>>()
  readonly #max: number
  #size = 0
  #sweptAt = Number.NEGATIVE_INFINITY

  constructor(max: number) {
    this.#max = max
  }

  get({ subjectHash, sid }: SessionRef, now: number): Entry | undefined {
    const entry = this.#subjects.get(subjectHash)?.get(sid)
    return entry !== undefined && now < entry.idleUntil ? entry : undefined
  }

  of(subjectHash: string, now: number): Entry[] {
    return [...(this.#subjects.get(subjectHash)?.values() ?? [])].filter(entry => now < entry.idleUntil)
  }

  set(entry: Entry): void {
    const subject = this.#subjects.get(entry.subjectHash) ?? new Map<string, Entry>()
    this.#subjects.set(entry.subjectHash, subject)
    this.#size += subject.has(entry.sid) ? 0 : 1
    subject.set(entry.sid, entry)
  }

  delete({ subjectHash, sid }: SessionRef): void {
    const subject = this.#subjects.get(subjectHash)
    this.#size -= subject?.delete(sid) ? 1 : 0
    if (subject?.size === 0) {
      this.#subjects.delete(subjectHash)
    }
  }

  /** Removes expired sessions, at most once a minute, or once a second if the store is full. Returns whether it did. */
  sweep(now: number, minInterval: number = sweepEvery): boolean {
    // Also sweep when the clock was set back. Otherwise the next sweep might be far away.
    if (Math.abs(now - this.#sweptAt) < minInterval) {
      return false
    }
    this.#sweptAt = now
    for (const subject of this.#subjects.values()) {
      for (const entry of subject.values()) {
        if (now >= entry.idleUntil) {
          this.delete(entry)
        }
      }
    }
    return true
  }

  checkRoom(now: number, replaces: SessionRef | undefined): void {
    const leaves = replaces !== undefined && this.get(replaces, now) !== undefined ? 1 : 0
    const full = (): boolean => this.#size - leaves >= this.#max
    if (full() && (!this.sweep(now, 1000) || full())) {
      throw new StoreUnavailableError({
        cause: new Error('the memory store is full: raise maxSessions, or use a store on a server'),
      })
    }
  }
}
