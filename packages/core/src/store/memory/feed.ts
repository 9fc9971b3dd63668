import type { FeedRecords } from '../steps.js'
import type { AnnouncedKind, FeedReading, Revoked, SessionRef } from '../store.js'

interface Entry {
  readonly ref: SessionRef
  readonly kind: AnnouncedKind
  readonly score: number
  readonly announcedAt: number
  readonly until: number
}

/** The most entries in one answer. */
const maxEntries = 1000

/** Revocations in the order in which they happened. Each is kept until its `keepFor` has passed. */
export class Feed implements FeedRecords {
  /** In ascending order of their scores. */
  readonly #entries = new Map<string, Entry>()
  #highest = 0

  announce(ref: SessionRef, kind: AnnouncedKind, keepFor: number, now: number, moves: boolean): void {
    const member = `${ref.subjectHash}|${ref.sid}|${kind}`
    const found = this.#entries.get(member)
    // An entry that has expired is gone, even if it was not removed yet.
    const present = found !== undefined && now < found.until ? found : undefined
    const until = Math.max(now + keepFor * 1000, present?.until ?? 0)
    if (present !== undefined && !moves) {
      this.#entries.set(member, { ...present, until })
      return
    }
    // Microseconds that always rise, even if the clock is set back or two revocations come in one millisecond.
    this.#highest = Math.max(now * 1000, this.#highest + 1)
    this.#entries.delete(member)
    const { subjectHash, sid } = ref
    this.#entries.set(member, {
      ref: { subjectHash, sid },
      kind,
      score: this.#highest,
      announcedAt: now,
      until,
    })
  }

  kindOf({ subjectHash, sid }: SessionRef, now: number): AnnouncedKind | undefined {
    return (['revoked', 'evicted'] as const).find(
      kind => now < (this.#entries.get(`${subjectHash}|${sid}|${kind}`)?.until ?? Number.NEGATIVE_INFINITY),
    )
  }

  since(
    cursor: string | undefined,
    now: number,
    { keepFor = Number.POSITIVE_INFINITY }: FeedReading,
  ): Revoked {
    this.drop(now)
    const [score = 0, member = ''] = readCursor(cursor)
    const isKnown = member === '' || this.#entries.get(member)?.score === score
    const isExpired = now - score / 1000 >= keepFor * 1000
    const isContinuous = cursor !== undefined && (isKnown || isExpired)
    const after = isContinuous && isKnown ? score : 0
    const [read, hasMore] = this.#after(after)
    const [lastMember, last] = read.at(-1) ?? [isKnown ? member : '', { score: isKnown ? score : 0 }]
    return {
      revoked: read.map(([, { ref, kind, announcedAt }]) => ({
        ...ref,
        kind,
        age: Math.max(0, now - announcedAt),
      })),
      cursor: `${last.score} ${lastMember}`,
      isContinuous,
      hasMore,
    }
  }

  /**
   * One answer with the entries after a score. It copies only those entries, as a large feed is read in many answers.
   */
  #after(score: number): [read: [member: string, entry: Entry][], hasMore: boolean] {
    const read: [string, Entry][] = []
    for (const [member, entry] of this.#entries) {
      if (entry.score > score) {
        if (read.length === maxEntries) {
          return [read, true]
        }
        read.push([member, entry])
      }
    }
    return [read, false]
  }

  drop(now: number): void {
    for (const [member, { until }] of this.#entries) {
      if (now >= until) {
        this.#entries.delete(member)
      }
    }
  }
}

function readCursor(cursor = ''): [score: number, member: string] | [] {
  const [, score, member] = /^(\d+) (.*)$/s.exec(cursor) ?? []
  return member === undefined ? [] : [Number(score), member]
}
