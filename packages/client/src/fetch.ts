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
 * The `fetch` of the application.
 *
 * @param addressOf resolves what a request is made with
 * @param origin of the requests that are guarded
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
  /** Paths that refuse an access token though it is new, such as those of another service on this origin. */
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

    // Keeps its turn until the client is told, so that a log-out that is still pending does not end the new session.
    const logIn = (resolve: (response: Promise<Response>) => void) =>
      inTurn<unknown>(() => {
        const asked = ask()
        resolve(asked)
        return asked.catch(() => {}).then<unknown>(() => isLeaving(session) && sleep(turnTimeout))
      })

    // 1. Who is signed in, as the application knows; and what it has not heard of.
    const { mark: markBefore } = session
    session.look()

    // 2. A log-out that the server does not know of: the request would act for the user who has left. Not a log-in,
    // which ends that session. When a signal has aborted, `send` rejects.
    const signal = init?.signal ?? request.signal
    const isLogin = path === loginPath
    if (isLeaving(session)) {
      const failure = await logout(signal)
      if (failure && isLeaving(session) && !isLogin) {
        return answerOf(failure)
      }
    }

    // 3. An access token that has expired, or will in the last tenth of its life.
    const seconds = session.token.expires - now()
    let failure: ClientError | undefined
    if (seconds < 0) {
      failure = await refresh(signal)
    } else if (seconds < session.token.expires_in / 10) {
      void refresh()
    }

    // 4. The request, unless somebody else has signed in meanwhile.
    const { mark, token } = session
    if (markBefore % 1 && markBefore < mark && mark % 1 > left && !isLogin) {
      throw new ClientError(address, 'signedin')
    }
    const response = await (isLogin ? new Promise<Response>(logIn) : ask())
    if (
      !asksForBearer(response) ||
      // A redirect may have led elsewhere.
      addressOf(response.url || address).origin !== origin ||
      hopeless.has(path)
    ) {
      return response
    }

    // 5. A new access token, unless there is one by now.
    if (token === session.token) {
      failure ??= await refresh(signal)
    }
    session.look()
    if (
      failure?.code === 'signedout' ||
      // What one user asked for is not sent for the next.
      mark !== session.mark ||
      // A body that is gone: a web stream, or an async iterable such as a Node stream or a generator.
      (init?.body as Body)?.getReader ||
      (init?.body as Body)?.[Symbol.asyncIterator]
    ) {
      return response
    }

    // 6. The request once more. The first answer, unread, would keep its connection.
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
        // The process that answered the refresh does not know of the revocation yet.
        session.token.stale = true
      }
    }
    return again
  }) as typeof fetch
}
