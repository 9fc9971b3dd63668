import { delayAfter } from './backoff.js'
import type { ClientError } from './errors.js'
import { logoutTurnTimeout, maxAge } from './limits.js'
import { isLeaving, leaving, left, setMark } from './marks.js'
import type { Post } from './post.js'
import type { Session } from './session.js'
import { type Shared, shared } from './shared.js'
import { later } from './timers.js'
import type { InTurn } from './turns.js'

export interface Logout {
  /**
   * Signs the user out, here and in other tabs, and tells the server.
   *
   * @throws ClientError if the server refuses for good
   */
  begin(): Promise<void>
  /** Tells the server of a log-out that it does not know yet. Resolves to what it met if that has failed. */
  send: Shared<ClientError | undefined>
}

export const createLogout = (
  session: Session,
  post: Post,
  url: URL,
  inCookies: boolean,
  inTurn: InTurn,
  emit: (type: 'logoutfailed', detail: ClientError) => void,
): Logout => {
  /** Tokens in memory: the one to revoke. No log-in ends its session. */
  let unrevoked = ''
  let timer = 0
  let retries = 0

  const isDone = () => !isLeaving(session) && !unrevoked

  /** @param pagehide the event, while the page goes: then the request must outlive it, and a log-in can't abort it */
  const attempt = async (pagehide?: unknown) => {
    session.look()
    if (isDone()) {
      return
    }
    const { mark } = session
    const answered = await post(url, { token: unrevoked }, Boolean(pagehide))
    const { code, body } = answered as { code: number; body: Blob }
    // 200 is for RFC 7009 section 2.2, unless it is the page of a captive portal or of a single-page application.
    const isHeard =
      // Another tab was faster, or a log-in has ended the session.
      isDone() || (mark === session.mark && (code === 204 || (code === 200 && !inCookies && !body.size)))
    // After seven retries a minute has passed at least: it is not only the device's clock that has jumped.
    const isHopeless = (code > 402 && code < 406) || (retries > 7 && Date.now() - session.mark > maxAge)
    if (isHeard || isHopeless) {
      unrevoked = ''
      retries = 0
      if (isLeaving(session)) {
        // From `leaving` to `left`.
        session.mark += leaving
        session.change('signedout')
      }
      if (isHeard) {
        return
      }
      emit('logoutfailed', answered)
    } else if (!timer) {
      timer = later(delayAfter(retries++, answered), () => {
        timer = 0
        void send()
      })
    }
    return answered
  }

  const send = shared((seconds = logoutTurnTimeout) => inTurn(attempt, seconds))

  globalThis.addEventListener?.('pagehide', attempt)
  if (isLeaving(session)) {
    void send()
  }
  return {
    async begin() {
      const wasLeaving = isLeaving(session)
      unrevoked = session.token.refresh_token ?? unrevoked
      if (!wasLeaving && (inCookies || unrevoked)) {
        setMark(session, leaving)
      }
      session.change('signedout')
      // A new one at once, in turn or not.
      const failure = await send(null, wasLeaving ? logoutTurnTimeout : 0)
      if (failure && session.mark % 1 === left) {
        throw failure
      }
    },
    send,
  }
}
