import type { Failure, Post } from './post.js'
import type { Session } from './session.js'
import { now } from './tabs.js'

/** Answers `undefined` when the access token is new, and never rejects. */
export type Refresh = () => Promise<Failure | undefined>

/** The session is over. After all other failures it goes on, and a later refresh may succeed. */
export const refused: Failure = new Error('signedout')

/** Milliseconds that a request waits at the most until a server is asked again. */
const patience = 5000

/**
 * Seconds between two refreshes at the most, and after a refusal: not each request of a page that goes on asking shall
 * become a refresh. A server that asks for more patience would not be missed when it is back.
 */
const longestDelay = 60

/** One refresh at a time. What fails is tried again, later each time, with the same token. */
export function refresher(session: Session, post: Post, url: URL, inCookies: boolean): Refresh {
  let running: Promise<Failure | undefined> | undefined
  let failures = 0
  let notBefore = 0

  const untilDone = async () => {
    for (const until = now() + patience; ; ) {
      const { epoch, failure } = session
      if (failure) {
        if (notBefore > (failure === refused ? now() : until)) {
          return failure
        }
        await new Promise(resolve => setTimeout(resolve, notBefore - now()))
      }
      failures = failure ? failures + 1 : 0
      session.failure = await session.inTurn(async () => (epoch === session.epoch ? once() : undefined))
      if (!session.failure) {
        return
      }
    }
  }

  const once = async (): Promise<Failure | undefined> => {
    const { user, tokens } = session
    const token = tokens?.refresh_token
    const at = now()
    const { response, failure } =
      inCookies || token
        ? await post(url, token && { grant_type: 'refresh_token', refresh_token: token })
        : { failure: refused }
    const answer = await response?.json().catch(() => {})
    if (user !== session.user) {
      // Signed in or out meanwhile.
      return
    }
    if (response?.ok && answer?.expires_in > 0) {
      session.change('refreshed', at, answer)
      return
    }
    // RFC 6749 section 5.2: the token, or that there is none.
    const isRefused = failure === refused || /^invalid_/.test(answer?.error)
    if (isRefused) {
      session.change('signedout', at)
    }
    notBefore = now() + 1000 * (isRefused ? longestDelay : delay(failure))
    return isRefused ? refused : (failure ?? new Error(`${url}: ${response?.status}`))
  }

  /** RFC 9110 section 10.2.3, but for its dates: they would have to be compared with the clock of the device. */
  const delay = (failure: Failure | undefined) => {
    const retryAfter = Number((failure as Partial<Response>)?.headers?.get('retry-after'))
    return Math.min(retryAfter || 2 ** failures / 2, longestDelay) * (1 + Math.random() / 2)
  }

  return () =>
    (running ??= untilDone().finally(() => {
      running = undefined
    }))
}
