import type { Grant, Tokens } from '@tokenratchet/core'
import { type SignedIn, signIn as signInBy } from '@tokenratchet/core/testing'
import type { User } from './user-claims.js'

export { type FakeClock, fakeClock, type SignedIn } from '@tokenratchet/core/testing'

/**
 * Begins a session for a test, without a password and without a login request. Returns the tokens, and the headers that
 * a signed-in browser would send.
 *
 * @param auth what `tokenratchet()` returned
 * @param grant as for `issueTokens`
 *
 * @example
 * ```ts
 * const { headers } = await signIn(auth, { subject: 'ada', claims: { role: 'admin' } })
 * const response = await fetch(`http://localhost:${port}/me`, { headers })
 * ```
 */
export function signIn(auth: { readonly tokens: Tokens<User> }, grant: Grant<User>): Promise<SignedIn> {
  return signInBy(auth.tokens, grant)
}
