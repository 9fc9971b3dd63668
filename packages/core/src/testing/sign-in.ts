import { cookieNamesOf } from '../http/cookie-names.js'
import type { Tokens } from '../tokens.js'
import type { Grant } from '../verbs/issue.js'
import type { Issued } from '../verbs/mint.js'

/**
 * A session for a test of an application that uses a plugin.
 *
 * @example
 * const { headers, sid }: SignedIn = await signIn(app.tokens, { subject: 'ada' })
 */
export interface SignedIn extends Issued {
  /**
   * Request headers for `inject`, `fetch` or supertest: the cookies, and the header with which a request that does not
   * come from a browser may change something.
   */
  readonly headers: { readonly cookie: string; readonly 'x-requested-with': string }
}

/**
 * Begins a session for a test, without a password and without a login request.
 *
 * @param tokens `app.tokens`. The cookies are named as in that application
 * @param grant as for `issueTokens`
 *
 * @example
 * const { headers } = await signIn(app.tokens, { subject: 'ada', claims: { role: 'admin' } })
 * const response = await app.inject({ url: '/me', headers })
 */
export async function signIn<C extends object>(tokens: Tokens<C>, grant: Grant<C>): Promise<SignedIn> {
  const { accessToken, refreshToken } = cookieNamesOf(tokens)
  const issued = await tokens.issue(grant)
  const cookies = `${accessToken}=${issued.accessToken}; ${refreshToken}=${issued.refreshToken}`
  return { ...issued, headers: { cookie: cookies, 'x-requested-with': 'test' } }
}
