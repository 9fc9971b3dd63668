export interface ClientOptions {
  /** Where tokens are refreshed. Default `/auth/refresh`. */
  refreshUrl?: string | URL
  /** Where sessions end. Default `logout` beside the refresh, and `revoke` for tokens in memory. */
  logoutUrl?: string | URL
  /** `cookie`, the default: no script sees a token. `body`: they are in the memory of this client, and nowhere else. */
  transport?: 'cookie' | 'body'
  /** What sends requests. Default: the platform's. */
  fetch?: typeof fetch
}

/** RFC 6749 section 5.1; of tokens in cookies, the seconds alone. */
export interface TokenAnswer {
  /** Seconds that the access token lives. */
  expires_in: number
  access_token?: string
  refresh_token?: string
}
