import { createLogout } from './logout.js'
import type { Client, ClientOptions, TokenAnswer } from './options.js'
import { answerOf, type Failure, poster } from './post.js'
import { refresher, refused } from './refresh.js'
import { createSession, now } from './session.js'

/**
 * A `fetch` that refreshes access tokens.
 *
 * @throws TypeError for what is no URL
 */
export function createClient(options: ClientOptions = {}): Client {
  const { refreshUrl = '/auth/refresh', logoutUrl, transport, fetch: send = fetch } = options
  const inCookies = transport !== 'body'
  // Where pages are rendered, nothing is sent; but a client may be made.
  const base = globalThis.document?.baseURI ?? globalThis.location?.href ?? 'http://localhost'
  const url = new URL(refreshUrl, base)
  const post = poster(send, inCookies)
  const events = new EventTarget()
  const session = createSession(`tokenratchet ${url}`, inCookies, events)
  const refresh = refresher(session, post, url, inCookies)
  const logoutAt = new URL(logoutUrl ?? (inCookies ? 'logout' : 'revoke'), url)
  const logout = createLogout(session, post, logoutAt, inCookies, events)

  const guarded: typeof fetch = async (input, init) => {
    const request = input as Partial<Request>
    const headers = new Headers(init?.headers ?? request.headers)
    const isOurs = (address: string) => new URL(address, base).origin === url.origin
    if (!isOurs(request.url ?? `${input}`) || headers.has('authorization')) {
      return send(input, init)
    }
    const signal = init?.signal ?? request.signal
    // For this request. Others go on waiting.
    const unlessAborted = <T>(promise: Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        const abort = () => reject(signal?.reason)
        signal?.addEventListener('abort', abort)
        void promise.then(resolve).finally(() => signal?.removeEventListener('abort', abort))
      })
    let failure: Failure | undefined
    if (logout.isPending()) {
      failure = await unlessAborted(logout.send())
      if (failure) {
        return answerOf(failure)
      }
    }
    if (now() > session.freshUntil && !session.failure) {
      const refreshed = refresh()
      // Only where the request would be refused otherwise, and not again for a server that can't answer.
      if (now() > session.goodUntil) {
        failure = await unlessAborted(refreshed)
      }
    }

    const { epoch, userSince } = session
    const ask = () => {
      const token = session.tokens?.access_token
      headers.set('authorization', `Bearer ${token}`)
      return send(request.clone?.() ?? input, token ? { ...init, headers } : init)
    }
    const response = await ask()
    if (
      response.status !== 401 ||
      !/(^|,) *Bearer/i.test(response.headers.get('www-authenticate') ?? '') ||
      // A redirect may have led elsewhere.
      !isOurs(response.url || url.href)
    ) {
      return response
    }
    if (epoch === session.epoch) {
      // Until there is a new one, other requests had better wait.
      session.freshUntil = session.goodUntil = 0
      failure ??= await unlessAborted(refresh())
    }
    // What one user asked for is not repeated for the next, nor a body that is gone.
    if (
      failure === refused ||
      userSince !== session.userSince ||
      (init?.body as Partial<ReadableStream>)?.getReader
    ) {
      return response
    }
    const again = failure ? answerOf(failure) : await ask()
    // Refused, though it was called fresh: what answered the refresh knows less.
    session.stale = again.status === 401
    return again
  }

  return Object.assign(events, {
    fetch: guarded,
    signedIn: (answer: TokenAnswer) => session.change('signedin', 0, answer),
    async refresh() {
      // The user wants it now.
      session.stale = true
      session.failure = undefined
      const failure = (await logout.send()) ?? (await refresh())
      if (failure) {
        throw new Error(`${url}`, { cause: failure })
      }
    },
    async logout() {
      logout.remember()
      session.change('signedout', 0)
      const failure = await logout.send()
      if (failure && !logout.isPending()) {
        throw failure
      }
    },
  }) as Client
}
