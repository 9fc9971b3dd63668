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
   * Signs the user out, here and in other tabs, and sends the log-out to the server.
   *
   * @throws ClientError if the server refuses for good
   */
  begin(): Promise<void>
  /**
   * Sends a pending log-out to the server. Resolves to the failure, or to `undefined` if nothing is pending any more.
   */
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
  /** The refresh token to revoke, if tokens are in memory. No login ends its session, so it must be sent. */
  let unrevoked = ''
  let timer = 0
  let retries = 0

  const isDone = () => !isLeaving(session) && !unrevoked

  /** @param pagehide the event, if the page is being left: the request must outlive it, and a login can't abort it */
  const attempt = async (pagehide?: unknown) => {
    session.look()
    if (isDone()) {
      return
    }
    const { mark } = session
    const answered = await post(url, { token: unrevoked }, Boolean(pagehide))
    const { code, body } = answered as { code: number; body: Blob }
    // RFC 7009 section 2.2 answers 200. With a body it may be the page of a captive portal or a single-page
    // application.
    const isHeard =
      // Another tab was faster, or a login has ended the session.
      isDone() || (mark === session.mark && (code === 204 || (code === 200 && !inCookies && !body.size)))
    // After seven retries at least a minute has passed, so a jump of the device's clock alone does not give up.
    const isHopeless = (code > 402 && code < 406) || (retries > 7 && Date.now() - session.mark > maxAge)
    if (isHeard || isHopeless) {
      unrevoked = ''
      retries = 0
      if (isLeaving(session)) {
        // Changes the mark from `leaving` to `left`.
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
      // A new log-out is sent at once, even if another tab has the turn.
      const failure = await send(null, wasLeaving ? logoutTurnTimeout : 0)
      if (failure && session.mark % 1 === left) {
        throw failure
      }
    },
    send,
  }
}
