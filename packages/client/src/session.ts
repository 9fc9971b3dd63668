import type { ClientError } from './errors.js'
import { isLeaving, left } from './marks.js'
import type { TokenAnswer } from './options.js'
import { now } from './timers.js'

/** What this tab knows of the session, and tells the other tabs. */
export interface Session {
  /** What a user did last, in this tab or in another: see marks.ts. */
  mark: number
  /** The present access token. Each has an object of its own: a 401 for an earlier one needs no refresh. */
  token: AccessToken
  /** Emits an event, here and in other tabs. A user's own deed is marked before. */
  change(type: EventType, answer?: TokenAnswer): void
  /** Finds out from storage what users did in other tabs. */
  look(): void
}

/** What is known of an access token. The tokens themselves are here only if they travel in bodies. */
export interface AccessToken extends TokenAnswer {
  /** When it expires, by `now`. If that is not a number, only the server knows. */
  expires: number
  /**
   * A new one is wanted in any case. Otherwise the server leaves cookies alone that another tab has just got: rotating again
   * would invalidate cookies that are still on their way to other tabs.
   */
  stale?: boolean
  /** Why the last refresh brought no new one. */
  error?: ClientError | undefined
}

type EventType = 'signedin' | 'refreshed' | 'signedout'

/** What tabs tell each other. No token is in it. */
type News = [mark: number, token: AccessToken, type: EventType]

/** @param name of what tabs share; none for a session that is this client's alone */
export const createSession = (
  name: string | false | undefined,
  inCookies: boolean,
  emit: (type: EventType, detail: Pick<AccessToken, 'expires_in'> | null) => void,
): Session => {
  let channel: BroadcastChannel | undefined
  let isOver = false

  const session: Session = {
    // Earlier than all that a clock says, and greater than numbers of others that may be in storage.
    mark: 1e12,
    token: {} as AccessToken,
    change(type, answer) {
      const token = (inCookies ? { expires_in: answer?.expires_in } : answer) as AccessToken
      storage(session.mark)
      channel?.postMessage([session.mark, token, type] satisfies News)
      happened(type, token)
    },
    look() {
      const type = learn(storage())
      if (isLeaving(session)) {
        // A script may have cleared the storage.
        storage(session.mark)
      }
      if (type) {
        happened(type)
      }
    },
  }

  const happened = (type: EventType, token = {} as AccessToken) => {
    const isEnd = type === 'signedout'
    // Tabs that are refused one after the other must not keep each other trying.
    if (isEnd && isOver) {
      return
    }
    isOver = isEnd
    session.token = { ...token, expires: now() + token.expires_in }
    emit(type, isEnd ? null : { expires_in: token.expires_in })
  }

  /** Takes a mark over if it is later. Returns what has happened. */
  const learn = (mark: number) => {
    // A number without a fraction is not one of ours.
    if (mark > session.mark && mark % 1) {
      session.mark = +mark
      return mark % 1 > left ? 'signedin' : 'signedout'
    }
    return
  }

  /** Writes a mark, or reads it. Storage may be missing, blocked, full, or hold something else under this name. */
  const storage = (mark?: number) => {
    try {
      if (name) {
        if ((mark as number) % 1) {
          localStorage[name] = mark
        }
        return localStorage[name]
      }
    } catch {
      // The mark is in memory, too.
    }
  }

  try {
    if (name) {
      channel = new BroadcastChannel(name)
      channel.onmessage = ({ data: [mark, token, type] }: MessageEvent<News>) => {
        // News of a session before this one do not count.
        if (learn(mark) || mark === session.mark) {
          happened(type, token)
        }
      }
    }
  } catch {
    // An old browser, blocked cookies, or a sandboxed frame.
  }
  learn(storage())
  return session
}
