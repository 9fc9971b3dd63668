import type { TokenAnswer } from './options.js'
import type { Failure } from './post.js'
import { otherTabs, type Tabs } from './tabs.js'

/** Milliseconds on a monotonic clock, which no change of the device's time moves. */
export const now = (): number => performance.now()

/** What this tab knows of the session, and tells the others. Times are by `now`. */
export interface Session extends Omit<Tabs, 'tell'> {
  /** Of a client whose tokens are in memory. */
  tokens?: TokenAnswer | undefined
  /** Counts access tokens: a 401 for an earlier one needs no refresh. */
  epoch: number
  /** When somebody signed in or out: what one user asked for is never repeated for another. */
  userSince: number
  /** From here on a new access token is wanted: for the last tenth of the life of the one in use. NaN is never. */
  freshUntil: number
  /** From here on the access token is refused. NaN: the server will say. */
  goodUntil: number
  /**
   * A new one is wanted in any case. Otherwise, where another tab has refreshed a moment ago without our hearing of it, its
   * cookies are left alone: to use them up would make those worthless that are on their way to others.
   */
  stale?: boolean | undefined
  /** Why the last refresh brought no new one. */
  failure?: Failure | undefined
  /**
   * Signed in, refreshed, or signed out.
   *
   * @param age milliseconds since the server was asked: only what was there then is meant
   */
  change(type: string, age: number, answer?: TokenAnswer): void
}

export function createSession(name: string, inCookies: boolean, events: EventTarget): Session {
  let isOver = false

  const happened = (type: string, age: number, seconds = NaN) => {
    const at = now() - age
    const isEnd = type === 'signedout'
    // About a session before this one; or several tabs were refused, which must not keep each other trying.
    if (at < session.userSince || (isEnd && isOver)) {
      return
    }
    isOver = isEnd
    if (type !== 'refreshed') {
      session.userSince = at
    }
    session.epoch++
    session.stale = session.failure = undefined
    session.goodUntil = at + seconds * 1000
    session.freshUntil = session.goodUntil - seconds * 100
    events.dispatchEvent(new CustomEvent(type, { detail: isEnd ? null : { expires_in: seconds } }))
  }

  const { tell, ...tabs } = otherTabs(name, inCookies, happened)
  const session: Session = {
    ...tabs,
    epoch: 0,
    userSince: -Infinity,
    freshUntil: NaN,
    goodUntil: NaN,
    change(type, age, answer) {
      const seconds = answer?.expires_in
      session.tokens = inCookies ? undefined : answer
      tell(type, age, seconds)
      happened(type, age, seconds)
    },
  }
  return session
}
