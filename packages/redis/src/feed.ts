import type { AnnouncedRevocation, FeedReading, Revoked } from '@tokenratchet/core'
import type { Reply } from './run.js'

/** The maximum of entries in one reply. They take up to 75 kB, and one or two milliseconds of the server. */
const maxEntries = 1000

/** The last entry that was read from a feed: its score and its member. */
type Anchor = readonly [score: string, member: string]

const none: Anchor = ['', '']

/** Where a reading begins: one anchor for each feed. */
export interface Start {
  readonly anchors: readonly Anchor[]
  /** Whether everything is read, because there is no cursor or it is invalid. */
  readonly isAtStart: boolean
}

export function readCursor(cursor: string | undefined, feeds: number): Start {
  const anchors = anchorsIn(cursor, feeds)
  return {
    anchors: anchors ?? Array.from({ length: feeds }, () => none),
    isAtStart: anchors === undefined,
  }
}

/** Returns the arguments of the script `revokedSince`. */
export function writeArguments(
  { anchors, isAtStart }: Start,
  { keepFor = Number.MAX_SAFE_INTEGER / 1e6 }: FeedReading,
): string[] {
  const start = isAtStart ? 'start' : 'cursor'
  return [`${maxEntries}`, `${Math.round(keepFor * 1e6)}`, start, ...anchors.flat()]
}

/** Reads the reply of the script `revokedSince` to a reading that began at these anchors. */
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

/** Returns `undefined` for an invalid cursor. */
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

/** If the score is not a number, the revocation counts as new, so that it is kept for the whole time. */
function readMember(member: string, age: number): AnnouncedRevocation {
  const [subjectHash = '', sid = '', kind] = member.split('|')
  return {
    subjectHash,
    sid,
    kind: kind === 'evicted' ? kind : 'revoked',
    age: Number.isFinite(age) ? Math.max(0, Math.floor(age)) : 0,
  }
}
