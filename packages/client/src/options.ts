/** What `createClient` takes. */
export interface ClientOptions {
  /** Where tokens are refreshed. Default `/auth/refresh`. Requests to other origins than its are left alone. */
  refreshUrl?: string | URL
  /** Where sessions end. Default: beside the refresh, `logout`; for tokens in memory `revoke` (RFC 7009). */
  logoutUrl?: string | URL
  /**
   * How tokens travel. `cookie`, the default: no script sees one. `body`: they are in the memory of this client and
   * nowhere else, so a reload is a log-out.
   */
  transport?: 'cookie' | 'body'
  /** What sends all requests. Default: the platform's own. */
  fetch?: typeof fetch
}

/** What a login answers: RFC 6749 section 5.1, of which tokens in cookies leave the seconds alone. */
export interface TokenAnswer {
  /** Seconds that the access token lives. */
  expires_in: number
  access_token?: string
  refresh_token?: string
}

interface ClientEvents {
  /** Somebody has signed in, in this tab or in another. */
  signedin: CustomEvent<TokenAnswer>
  /** The access token is new; the seconds are counted from now. */
  refreshed: CustomEvent<TokenAnswer>
  /** The session is over: once for each, and in all tabs. */
  signedout: CustomEvent<null>
}

/** The session of one page, or of one program: who shares it shares the session. */
export interface Client extends EventTarget {
  /**
   * As the platform's own, which it needs no `this` for. A 401 with a Bearer challenge (RFC 6750 section 3) is answered
   * by one refresh and the same request once more. Where the refresh could not be done, the result is what became of
   * it (a 503, or the rejection of a network that is down), never a 401: the session goes on.
   *
   * A body that is a stream can't be sent twice: its 401 comes back, after the refresh. Send it again.
   */
  fetch: typeof fetch
  /** Call it with the answer of a login. Other tabs learn of it. */
  signedIn(answer: TokenAnswer): void
  /** Refreshes by hand. Rejects when that failed; `cause` is the answer, or the error of the network. */
  refresh(): Promise<void>
  /**
   * Ends the session. Here and in all tabs the user is signed out at once; the server is told as soon as it can be
   * reached, if need be after the next load of a page. Until then `fetch` fails rather than to act for the user.
   *
   * Rejects when the server refuses, by a 403 for instance: then the session has not ended.
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
