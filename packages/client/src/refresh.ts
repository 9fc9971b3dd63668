import type { Answer, Failure, Post } from './post.js'
import { now, type Session } from './session.js'

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
  let delay = 0
  let notBefore = 0

  const untilDone = async (): Promise<Failure | undefined> => {
    const until = now() + patience
    do {
      const { epoch, failure } = session
      if (failure) {
        if (notBefore > (failure === refused ? now() : until)) {
          return failure
        }
        await new Promise(resolve => setTimeout(resolve, notBefore - now()))
      }
      // Seconds.
      delay = failure ? delay * 2 : 0.5
      await session.inTurn(async () => {
        if (epoch === session.epoch) {
          session.failure = await once()
        }
      })
    } while (session.failure)
  }

  const once = async (): Promise<Failure | undefined> => {
    const at = now()
    const epoch = session.epoch
    let { response, failure }: Answer = await post(
      url,
      inCookies
        ? { if_stale: session.stale ? '' : 'true' }
        : { grant_type: 'refresh_token', refresh_token: session.tokens?.refresh_token ?? '' },
    )
    const answer = await response?.json().catch(() => {})
    if (epoch !== session.epoch) {
      // Signed in or out meanwhile, or another tab was faster.
      return
    }
    if (!failure && answer?.expires_in > 0) {
      session.change('refreshed', now() - at, answer)
      return
    }
    // RFC 6749 section 5.2: the token, or that there is none. A 403 is about where the page is from.
    if (response?.status === 400 && /^invalid_/.test(answer?.error)) {
      failure = refused
      session.change('signedout', now() - at)
      delay = longestDelay
    }
    // RFC 9110 section 10.2.3, but for its dates: they would have to be compared with the clock of the device.
    const retryAfter = +((failure as Partial<Response>)?.headers?.get('retry-after') as string) || delay
    notBefore = now() + Math.min(Math.max(retryAfter, delay), longestDelay) * (1000 + Math.random() * 500)
    return failure ?? new Error(`${url}`)
  }

  return () =>
    (running ??= untilDone().finally(() => {
      running = undefined
    }))
}
