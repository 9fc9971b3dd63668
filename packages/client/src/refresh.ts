import { delayAfter } from './backoff.js'
import type { ClientError } from './errors.js'
import { retryTimeout } from './limits.js'
import type { Post } from './post.js'
import type { Session } from './session.js'
import { type Shared, shared } from './shared.js'
import { now, sleep } from './timers.js'
import type { InTurn } from './turns.js'

/**
 * Creates the function that gets a new access token. It tries again after a failure, waits longer each time, and uses
 * the same refresh token.
 *
 * @returns a function that resolves to the reason why there is no new access token, or to `undefined` if there is one
 */
export const createRefresh = (
  session: Session,
  post: Post,
  url: URL,
  inCookies: boolean,
  inTurn: InTurn,
): Shared<ClientError | undefined> => {
  let failures = 0
  let notBefore = 0

  return shared(async () => {
    const until = now() + retryTimeout
    do {
      const { token } = session
      if (token.error) {
        if (notBefore > (token.error.code === 'signedout' ? now() : until)) {
          return token.error
        }
        await sleep(notBefore - now())
      } else {
        failures = 0
      }
      await inTurn(async () => {
        if (token !== session.token) {
          // Another tab was faster, or a user has signed in or out.
          return
        }
        const answered = await post(
          url,
          inCookies
            ? { if_stale: token.stale ? '' : 'true' }
            : { grant_type: 'refresh_token', refresh_token: token.refresh_token ?? '' },
        )
        const answer = await new Response(answered.body).json().catch(() => {})
        session.look()
        if (token !== session.token) {
          return
        }
        if (answer?.expires_in > 0) {
          session.change('refreshed', answer)
        } else {
          // RFC 6749 section 5.2: the token is invalid or missing. A 403 concerns the page's origin, not the session.
          if (answered.code === 400 && /^invalid_/.test(answer?.error)) {
            answered.code = 'signedout'
            session.change('signedout')
            // A page that goes on sending requests must not refresh for each of them.
            failures = 9
          }
          notBefore = now() + delayAfter(failures++, answered)
          session.token.error = answered
        }
      })
    } while (session.token.error)
    return
  })
}
