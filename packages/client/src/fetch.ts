import { asksForBearer } from './challenge.js'
import { answerOf, ClientError } from './errors.js'
import { pause, turnTimeout } from './limits.js'
import { isLeaving, left } from './marks.js'
import type { Session } from './session.js'
import type { Shared } from './shared.js'
import { later, now, sleep } from './timers.js'
import type { InTurn } from './turns.js'

type Body = Partial<ReadableStream & AsyncIterable<unknown>> | undefined

/**
 * Creates the `fetch` that the application calls.
 *
 * @param addressOf resolves the URL of a request
 * @param origin the origin whose requests are guarded
 */
export const createFetch = (
  send: typeof fetch,
  addressOf: (input: string | URL) => URL,
  origin: string,
  loginPath: string,
  session: Session,
  refresh: Shared<ClientError | undefined>,
  logout: Shared<ClientError | undefined>,
  inTurn: InTurn,
): typeof fetch => {
  /** Paths that refuse even a new access token, such as those of another service on this origin. */
  const hopeless = new Set<string>()

  return (async (request: Partial<Request>, init?: RequestInit) => {
    const headers = new Headers(init?.headers ?? request.headers)
    const address = addressOf(request.url ?? `${request}`)
    const path = address.pathname
    if (address.origin !== origin || headers.has('authorization')) {
      return send(request as Request, init)
    }

    const ask = () => {
      const bearer = session.token.access_token
      headers.set('authorization', `Bearer ${bearer}`)
      return send(request.clone?.() ?? (request as Request), bearer ? { ...init, headers } : init)
    }

    // If a log-out is pending, the login keeps its turn for a while after the answer, so that the application can call
    // `signedIn`. Otherwise the log-out would end the new session.
    const logIn = (resolve: (response: Promise<Response>) => void) =>
      inTurn<unknown>(() => {
        const asked = ask()
        resolve(asked)
        return asked.catch(() => {}).then<unknown>(() => isLeaving(session) && sleep(turnTimeout))
      })

    // 1. Remember who is signed in as far as the application knows. Then learn what has happened in other tabs.
    const { mark: markBefore } = session
    session.look()

    // 2. If the server does not know of a log-out yet, send that first: the request would act for the user who has
    // left. A login is sent even if the log-out fails, because it ends that session. If the signal has aborted, `send`
    // rejects.
    const signal = init?.signal ?? request.signal
    const isLogin = path === loginPath
    if (isLeaving(session)) {
      const failure = await logout(signal)
      if (failure && isLeaving(session) && !isLogin) {
        return answerOf(failure)
      }
    }

    // 3. Wait for a new access token if this one has expired. In the last tenth of its life, refresh without waiting.
    const seconds = session.token.expires - now()
    let failure: ClientError | undefined
    if (seconds < 0) {
      failure = await refresh(signal)
    } else if (seconds < session.token.expires_in / 10) {
      void refresh()
    }

    // 4. Send the request, unless somebody else has signed in meanwhile.
    const { mark, token } = session
    if (markBefore % 1 && markBefore < mark && mark % 1 > left && !isLogin) {
      throw new ClientError(address, 'signedin')
    }
    const response = await (isLogin ? new Promise<Response>(logIn) : ask())
    if (
      !asksForBearer(response) ||
      // A redirect may have led to another origin.
      addressOf(response.url || address).origin !== origin ||
      hopeless.has(path)
    ) {
      return response
    }

    // 5. Get a new access token, unless another request has done that by now.
    if (token === session.token) {
      failure ??= await refresh(signal)
    }
    session.look()
    if (
      failure?.code === 'signedout' ||
      // Another user may have signed in: do not send the request of one user as the next user.
      mark !== session.mark ||
      // The body can be read only once: a web stream, or an async iterable such as a Node stream or a generator.
      (init?.body as Body)?.getReader ||
      (init?.body as Body)?.[Symbol.asyncIterator]
    ) {
      return response
    }

    // 6. Send the request once more. Cancel the first response: unread, it would hold its connection.
    void response.body?.cancel?.().catch(() => {})
    if (failure) {
      return answerOf(failure)
    }
    const again = await ask()
    if (asksForBearer(again)) {
      if (token.stale) {
        hopeless.add(path)
        later(pause, () => hopeless.delete(path))
      } else {
        // The process that answered the refresh may not know of a revocation yet, so the next refresh must rotate.
        session.token.stale = true
      }
    }
    return again
  }) as typeof fetch
}
