import type { ClientError } from './errors.js'

/** What `createClient` takes. */
export interface ClientOptions {
  /**
   * Where tokens are refreshed. Default: `/auth/refresh`. Only requests to its origin are guarded; others pass as they are.
   *
   * @example 'https://api.example.com/auth/refresh'
   */
  refreshUrl?: string | URL
  /**
   * Where sessions end. Default: next to the refresh, `logout`; with tokens in memory `revoke` (RFC 7009). It must answer 204;
   * for `revoke`, 200 without a body is the same.
   *
   * @example '/api/sign-out'
   */
  logoutUrl?: string | URL
  /**
   * The path of log-ins. Default: `/login`. They are sent even if the server does not know yet that the user before has logged
   * out, as they end that session. Other requests fail in that case.
   *
   * @example '/api/sign-in'
   */
  loginPath?: string
  /**
   * How tokens travel. `cookie`, the default: no script sees them. `body`: they are in the memory of this client and nowhere
   * else, so loading the page again is a log-out.
   *
   * @example 'body'
   */
  transport?: 'cookie' | 'body'
  /**
   * Sends all requests. Default: the `fetch` of the platform, looked up at each request.
   *
   * @example (input, init) => fetch(input, { ...init, headers: traced(init?.headers) })
   */
  fetch?: typeof fetch
}

/** The answer to a login (RFC 6749 section 5.1). If tokens travel in cookies, only the seconds are in it. */
export interface TokenAnswer {
  /** Seconds until the access token expires. */
  expires_in: number
  access_token?: string
  refresh_token?: string
}

interface ClientEvents {
  /** Somebody has signed in, in this tab or in another. */
  signedin: CustomEvent<Pick<TokenAnswer, 'expires_in'>>
  /** The access token is new. The seconds count from now. */
  refreshed: CustomEvent<Pick<TokenAnswer, 'expires_in'>>
  /** The session is over. Emitted once for each session, in all tabs. */
  signedout: CustomEvent<null>
  /** The server refuses to log out (403, 404, 405), or has not heard it for a day. It is not tried again. */
  logoutfailed: CustomEvent<ClientError>
}

/** The session of one page, or of one program. All who share the client share the session. */
export interface Client extends EventTarget {
  /**
   * Sends a request like the platform's `fetch`, and needs no `this`. After a 401 with a Bearer challenge (RFC 6750 section 3)
   * it refreshes once and sends the same request again. If the refresh could not be done, the session goes on: the result
   * is the server's 503, or a rejection, never a 401.
   *
   * A body that can be read only once (a stream, an async generator) is never sent twice: its 401 comes back, after the
   * refresh. Send it again.
   *
   * @example
   * const me = await client.fetch('/me')
   * @throws ClientError if the refresh, or a log-out before it, has failed; otherwise what the platform throws
   */
  fetch: typeof fetch
  /**
   * Tells the client that a user has logged in. Call it with the answer of each login. Other tabs learn of it.
   *
   * @example
   * const login = await client.fetch('/login', { method: 'POST', headers, body })
   * if (login.ok) client.signedIn(await login.json())
   */
  signedIn(answer: TokenAnswer): void
  /**
   * Refreshes now.
   *
   * @example
   * await client.refresh() // the new role of the user is in the access token
   * @throws ClientError if there is no new access token
   */
  refresh(): Promise<void>
  /**
   * Ends the session. The user is signed out at once, here and in all tabs. The server is told at once or, if it can't be
   * reached, later, even by the next page. Until then `fetch` fails instead of acting for the user.
   *
   * @example
   * await client.logout()
   * @throws ClientError if the server refuses (403, 404, 405): the session has not ended there
   */
  logout(): Promise<void>

  addEventListener<T extends keyof ClientEvents>(
    type: T,
    listener: (event: ClientEvents[T]) => void,
    options?: Parameters<EventTarget['addEventListener']>[2],
  ): void
  addEventListener(...other: Parameters<EventTarget['addEventListener']>): void
  removeEventListener<T extends keyof ClientEvents>(
    type: T,
    listener: (event: ClientEvents[T]) => void,
    options?: Parameters<EventTarget['removeEventListener']>[2],
  ): void
  removeEventListener(...other: Parameters<EventTarget['removeEventListener']>): void
}
