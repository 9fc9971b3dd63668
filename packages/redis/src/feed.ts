import type { AnnouncedRevocation, FeedReading, Revoked } from '@tokenratchet/core'
import type { Reply } from './run.js'

/** How many entries one answer has at most: 75 kB, and a millisecond or two of the server. */
const maxEntries = 1000

/** The last entry that was read of a feed, by its place and name. */
type Anchor = readonly [score: string, member: string]

const none: Anchor = ['', '']

/** Where a reading begins: an anchor for each feed. */
export interface Start {
  readonly anchors: readonly Anchor[]
  /** Without a cursor, or with one that is not ours, all is read. */
  readonly isAtStart: boolean
}

export function readCursor(cursor: string | undefined, feeds: number): Start {
  const anchors = anchorsIn(cursor, feeds)
  return {
    anchors: anchors ?? Array.from({ length: feeds }, () => none),
    isAtStart: anchors === undefined,
  }
}

/** What the script takes. */
export function writeArguments(
  { anchors, isAtStart }: Start,
  { keepFor = Number.MAX_SAFE_INTEGER / 1e6 }: FeedReading,
): string[] {
  const start = isAtStart ? 'start' : 'cursor'
  return [`${maxEntries}`, `${Math.round(keepFor * 1e6)}`, start, ...anchors.flat()]
}

/** The reply of the script to a reading that began there. */
export function readFeeds([now, gap, more, ...feeds]: readonly Reply[], { anchors }: Start): Revoked {
  const read = feeds.map((feed, index) => readFeed(feed, anchors[index] ?? none))
  return {
    revoked: read.flatMap(({ entries }) =>
      entries.map(([score, member]) => readMember(member, Number(now) - Number(score) / 1000)),
    ),
    cursor: JSON.stringify(read.map(({ anchor }) => anchor)),
    isContinuous: gap !== 'gap',
    hasMore: more === 'more',
  }
}

function readFeed(reply: Reply, before: Anchor): { entries: readonly Anchor[]; anchor: Anchor } {
  const [kept, ...words] = reply as readonly string[]
  const entries = Array.from(
    { length: words.length / 2 },
    (_, index): Anchor => [`${words[2 * index + 1]}`, `${words[2 * index]}`],
  )
  return { entries, anchor: entries.at(-1) ?? (kept === 'kept' ? before : none) }
}

/** `undefined` for a cursor that is not ours. */
function anchorsIn(cursor: string | undefined, feeds: number): readonly Anchor[] | undefined {
  let anchors: unknown
  try {
    anchors = JSON.parse(cursor ?? '')
  } catch {
    return undefined
  }
  const isOurs = Array.isArray(anchors) && anchors.length === feeds && anchors.every(isAnchor)
  return isOurs ? (anchors as Anchor[]) : undefined
}

function isAnchor(value: unknown): value is Anchor {
  return Array.isArray(value) && value.length === 2 && value.every(each => typeof each === 'string')
}

/** A score that is no number of ours makes the revocation a new one: it counts for as long as any. */
function readMember(member: string, age: number): AnnouncedRevocation {
  const [subjectHash = '', sid = '', kind] = member.split('|')
  return {
    subjectHash,
    sid,
    kind: kind === 'evicted' ? kind : 'revoked',
    age: Number.isFinite(age) ? Math.max(0, Math.floor(age)) : 0,
  }
}
