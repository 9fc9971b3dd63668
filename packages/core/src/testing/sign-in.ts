import { type CookieOptions, cookieSettings } from '../http/cookie-options.js'
import type { Tokens } from '../tokens.js'
import type { Grant } from '../verbs/issue.js'
import type { Issued } from '../verbs/mint.js'

/** A session for a test of an application that uses the plugin. */
export interface SignedIn extends Issued {
  /** For `inject`, `fetch` or supertest: the cookies, and what lets a request without a browser change something. */
  readonly headers: { readonly cookie: string; readonly 'x-requested-with': string }
}

/**
 * Begins a session as a login would, without the login: no password, no request.
 *
 * @param tokens `app.tokens`
 * @param grant as for `issueTokens`
 * @param cookie the `cookie` option of the application under test
 */
export async function signIn<C extends object>(
  tokens: Tokens<C>,
  grant: Grant<C>,
  cookie?: CookieOptions,
): Promise<SignedIn> {
  const { accessToken, refreshToken } = cookieSettings(cookie)
  const issued = await tokens.issue(grant)
  const cookies = `${accessToken}=${issued.accessToken}; ${refreshToken}=${issued.refreshToken}`
  return { ...issued, headers: { cookie: cookies, 'x-requested-with': 'test' } }
}
