import type { ClientError } from './errors.js'
import { isLeaving, left } from './marks.js'
import type { TokenAnswer } from './options.js'
import { now } from './timers.js'

/** The state of the session in this tab. The other tabs learn of its changes. */
export interface Session {
  /** When a user last signed in or out, in this tab or in another one: see marks.ts. */
  mark: number
  /**
   * The current access token. Each has its own object, so a 401 for an earlier token is recognised and needs no
   * refresh.
   */
  token: AccessToken
  /** Emits an event, here and in other tabs. If the user signs in or out, set the mark first. */
  change(type: EventType, answer?: TokenAnswer): void
  /** Reads from storage whether a user has signed in or out in another tab. */
  look(): void
}

/** The state of an access token. The tokens themselves are present only if they travel in bodies. */
export interface AccessToken extends TokenAnswer {
  /** The time at which it expires, on the clock of `now`. If it is not a number, only the server knows. */
  expires: number
  /**
   * Whether the next refresh must rotate in any case. Otherwise the server does not rotate cookies that another tab has
   * just received: rotating again would invalidate cookies that are still on their way to other tabs.
   */
  stale?: boolean
  /** The reason why the last refresh failed. */
  error?: ClientError | undefined
}

type EventType = 'signedin' | 'refreshed' | 'signedout'

/** The message that tabs send each other. It holds no token. */
type News = [mark: number, token: AccessToken, type: EventType]

/**
 * @param name the name of the channel and the storage that tabs share; falsy if this client does not share its session
 */
export const createSession = (
  name: string | false | undefined,
  inCookies: boolean,
  emit: (type: EventType, detail: Pick<AccessToken, 'expires_in'> | null) => void,
): Session => {
  let channel: BroadcastChannel | undefined
  let isOver = false

  const session: Session = {
    // Earlier than any real time in milliseconds, but greater than a number that something else may have stored here.
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
        // A script may have cleared the storage, so write the pending log-out again.
        storage(session.mark)
      }
      if (type) {
        happened(type)
      }
    },
  }

  const happened = (type: EventType, token = {} as AccessToken) => {
    const isEnd = type === 'signedout'
    // If the server refuses several tabs in a row, they must not make each other try again.
    if (isEnd && isOver) {
      return
    }
    isOver = isEnd
    session.token = { ...token, expires: now() + token.expires_in }
    emit(type, isEnd ? null : { expires_in: token.expires_in })
  }

  /** Takes over a mark if it is later than ours. Returns the event that it stands for. */
  const learn = (mark: number) => {
    // A number without a fraction is not a mark.
    if (mark > session.mark && mark % 1) {
      session.mark = +mark
      return mark % 1 > left ? 'signedin' : 'signedout'
    }
    return
  }

  /** Writes a mark, or reads it. Storage may be missing, blocked or full, or hold something else under this name. */
  const storage = (mark?: number) => {
    try {
      if (name) {
        if ((mark as number) % 1) {
          localStorage[name] = mark
        }
        return localStorage[name]
      }
    } catch {
      // The mark is in memory too.
    }
  }

  try {
    if (name) {
      channel = new BroadcastChannel(name)
      channel.onmessage = ({ data: [mark, token, type] }: MessageEvent<News>) => {
        // Ignore news of an earlier session.
        if (learn(mark) || mark === session.mark) {
          happened(type, token)
        }
      }
    }
  } catch {
    // There is no channel: an old browser, blocked cookies, or a sandboxed frame.
  }
  learn(storage())
  return session
}
