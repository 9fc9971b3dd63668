import type { TokenAnswer } from './options.js'
import type { Failure } from './post.js'
import { now, otherTabs, type Tabs } from './tabs.js'

/** What this tab knows of the session, and tells the others. Times are by `now`. */
export interface Session extends Omit<Tabs, 'tell'> {
  /** Of a client whose tokens are in memory. */
  tokens?: TokenAnswer | undefined
  /** Counts access tokens: a 401 for an earlier one needs no refresh. */
  epoch: number
  /** Counts sign-ins and sign-outs: what one user asked for is never repeated for another. */
  user: number
  /** From here on a new access token is wanted: for the last tenth of the life of the one in use. */
  freshUntil: number
  /** From here on the access token is refused. */
  goodUntil: number
  /** Why the last refresh brought no new one. */
  failure?: Failure | undefined
  /**
   * Signed in, refreshed, or signed out.
   *
   * @param at what the seconds of the answer are counted from; of an end, which sessions it is about
   */
  change(type: string, at: number, answer?: TokenAnswer): void
}

export function createSession(name: string, inCookies: boolean, events: EventTarget): Session {
  let isOver = false
  let changedAt = 0

  /** @param value seconds of a new access token; of an end, when it was */
  const happened = (type: string, value: number, at = now()) => {
    const isEnd = type === 'signedout'
    if (isEnd && value < changedAt) {
      return
    }
    if (type !== 'refreshed') {
      changedAt = at
      session.user++
    }
    session.epoch++
    session.failure = undefined
    session.goodUntil = isEnd ? Infinity : at + value * 1000
    session.freshUntil = session.goodUntil - value * 100
    if (!(isEnd && isOver)) {
      isOver = isEnd
      events.dispatchEvent(new CustomEvent(type, { detail: isEnd ? null : { expires_in: value } }))
    }
  }

  const { tell, ...tabs } = otherTabs(name, inCookies, happened)
  const session: Session = {
    ...tabs,
    epoch: 0,
    user: 0,
    freshUntil: Infinity,
    goodUntil: Infinity,
    change(type, at, answer) {
      const value = answer?.expires_in ?? at
      session.tokens = inCookies ? undefined : answer
      tell(type, value)
      happened(type, value, at)
    },
  }
  return session
}
