import { createFetch } from './fetch.js'
import { turnTimeout } from './limits.js'
import { createLogout } from './logout.js'
import { isLeaving, setMark, signedIn } from './marks.js'
import type { Client, ClientOptions, TokenAnswer } from './options.js'
import { createPost } from './post.js'
import { createRefresh } from './refresh.js'
import { createSession } from './session.js'
import { later } from './timers.js'
import { createTurns } from './turns.js'

/**
 * Creates a client whose `fetch` refreshes access tokens.
 *
 * @example
 * const client = createClient()
 * client.addEventListener('signedout', () => showLogin())
 * const me = await client.fetch('/me')
 * @throws TypeError for an invalid URL
 */
export const createClient = (options: ClientOptions = {}): Client => {
  const { refreshUrl = '/auth/refresh', logoutUrl, loginPath = '/login', transport } = options
  const inCookies = transport !== 'body'
  // A server that renders pages has neither of them. It may create a client, but sends no requests with it.
  const { document, location } = globalThis
  const addressOf = (input: string | URL) =>
    new URL(input, document?.baseURI ?? (location as unknown as URL) ?? 'http://localhost')
  const url = addressOf(refreshUrl)
  // Looked up at each request: mocks and instrumentation may be installed later.
  const send: typeof fetch = (...request) => (options.fetch ?? fetch)(...request)
  const events = new EventTarget()
  const emit = (type: string, detail: unknown) => events.dispatchEvent(new CustomEvent(type, { detail }))
  const name = inCookies && document && `tokenratchet ${url}`
  const post = () => createPost(send, inCookies, events)
  const inTurn = createTurns(name)
  const session = createSession(name, inCookies, emit)
  const refresh = createRefresh(session, post(), url, inCookies, inTurn)
  const logout = createLogout(
    session,
    post(),
    new URL(logoutUrl ?? (inCookies ? 'logout' : 'revoke'), url),
    inCookies,
    inTurn,
    emit,
  )
  // The tab that began the log-out may be closed before its request reaches the server.
  events.addEventListener('signedout', () => later(turnTimeout, logout.send))
  // A page in the back/forward cache gets no messages, so it looks when it comes back.
  globalThis.addEventListener?.('pageshow', session.look)

  return Object.assign(events, {
    fetch: createFetch(send, addressOf, url.origin, loginPath, session, refresh, logout.send, inTurn),
    signedIn(answer: TokenAnswer) {
      setMark(session, signedIn)
      session.change('signedin', answer)
    },
    async refresh() {
      // The caller wants a new token now, so the error and the wait of an earlier refresh do not count.
      session.token.stale = true
      session.token.error = undefined
      const failure = (isLeaving(session) && (await logout.send())) || (await refresh())
      if (failure) {
        throw failure
      }
    },
    logout: logout.begin,
  }) as Client
}
