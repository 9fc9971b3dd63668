import type { ClientError } from './errors.js'

/**
 * The options of `createClient`.
 *
 * @example
 * const options: ClientOptions = { refreshUrl: 'https://api.example.com/auth/refresh', transport: 'body' }
 */
export interface ClientOptions {
  /**
   * The URL that refreshes tokens. Default: `/auth/refresh`. Only requests to its origin get tokens and are refreshed;
   * all others are sent unchanged.
   *
   * @example 'https://api.example.com/auth/refresh'
   */
  refreshUrl?: string | URL
  /**
   * The URL that ends sessions. Default: `logout` next to `refreshUrl`, or `revoke` (RFC 7009) with `transport:
   * 'body'`. It must answer 204; with `transport: 'body'` a 200 without a body counts too.
   *
   * @example '/api/sign-out'
   */
  logoutUrl?: string | URL
  /**
   * The path of logins. Default: `/login`. If the server does not know yet that the previous user has logged out, every
   * other request fails. A login is sent even then, because it ends that session.
   *
   * @example '/api/sign-in'
   */
  loginPath?: string
  /**
   * How tokens travel. With `cookie`, the default, no script can read them. With `body` they exist only in the memory
   * of this client: scripts on the page may reach them, and a reload of the page loses the session.
   *
   * @example 'body'
   */
  transport?: 'cookie' | 'body'
  /**
   * The function that sends all requests. Default: the platform's `fetch`, looked up at each request.
   *
   * @example (input, init) => fetch(input, { ...init, headers: traced(init?.headers) })
   */
  fetch?: typeof fetch
}

/**
 * The server's answer to a login (RFC 6749 section 5.1). If tokens travel in cookies, it holds only `expires_in`.
 *
 * @example
 * const answer: TokenAnswer = await login.json()
 * client.signedIn(answer)
 */
export interface TokenAnswer {
  /** Seconds until the access token expires. */
  expires_in: number
  access_token?: string
  refresh_token?: string
}

interface ClientEvents {
  /**
   * A user has signed in, in this tab or in another one.
   *
   * @example
   * client.addEventListener('signedin', () => location.reload())
   */
  signedin: CustomEvent<Pick<TokenAnswer, 'expires_in'>>
  /**
   * There is a new access token. Its `expires_in` seconds count from now.
   *
   * @example
   * client.addEventListener('refreshed', ({ detail }) => console.log(`good for ${detail.expires_in} s`))
   */
  refreshed: CustomEvent<Pick<TokenAnswer, 'expires_in'>>
  /**
   * The session is over. Emitted once for each session, in all tabs.
   *
   * @example
   * client.addEventListener('signedout', () => location.assign('/login'))
   */
  signedout: CustomEvent<null>
  /**
   * The session may still be alive on the server: it refused the log-out (403, 404, 405), or could not be reached for a
   * day. The client does not try again.
   *
   * @example
   * client.addEventListener('logoutfailed', ({ detail }) => report(detail.code))
   */
  logoutfailed: CustomEvent<ClientError>
}

/**
 * The session of one page or one program. All code that shares the client shares the session.
 *
 * @example
 * const client: Client = createClient()
 */
export interface Client extends EventTarget {
  /**
   * Sends a request like the platform's `fetch`, and needs no `this`. After a 401 with a Bearer challenge (RFC 6750
   * section 3) it refreshes once and sends the same request again. If the server could not refresh, the session goes
   * on: the result is the server's 503, or a rejection, never a 401.
   *
   * A body that can be read only once (a stream, an async generator) is never sent twice. The client refreshes and then
   * returns the 401: send the request again with a new body.
   *
   * @example
   * const me = await client.fetch('/me')
   * @throws ClientError if a refresh or a pending log-out failed; otherwise what the platform's `fetch` throws
   */
  fetch: typeof fetch
  /**
   * Tells the client and the other tabs that a user has logged in. Call it with the answer to each login.
   *
   * @example
   * const login = await client.fetch('/login', { method: 'POST', headers, body })
   * if (login.ok) client.signedIn(await login.json())
   */
  signedIn(answer: TokenAnswer): void
  /**
   * Refreshes now, even if the access token is still good.
   *
   * @example
   * await client.refresh() // the new role of the user is in the access token
   * @throws ClientError if there is no new access token
   */
  refresh(): Promise<void>
  /**
   * Ends the session. The user is signed out at once, here and in all tabs. The log-out is sent to the server at once.
   * If the server can't be reached, it is sent later, with cookies even from the next page. Until then `fetch` fails
   * instead of acting for the user.
   *
   * @example
   * await client.logout()
   * @throws ClientError if the server refuses (403, 404, 405): the session is still alive on the server
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
