import type { Context } from '../context.js'
import { type Grant, issue } from '../verbs/issue.js'
import { revoke } from '../verbs/revoke.js'
import { clearCookies, setCookies } from './cookie.js'
import { accessCookie, bearerToken, refreshCookie } from './credentials.js'
import { checkOrigin } from './guard.js'
import type { HttpSettings } from './options.js'
import type { HttpHeaders, HttpRequest } from './types.js'

/** RFC 6749 section 5.1: no cache keeps a token. */
export const noStore = { 'cache-control': 'no-store' } as const

/** A login as an application asks for it: what the request brought is added here. */
export type LoginGrant<C extends object = object> = Omit<Grant<C>, 'transport' | 'replaces'>

/** Headers to add to the response, and what belongs into its body. */
export interface Login {
  readonly headers: HttpHeaders
  readonly body: { readonly expires_in: number }
}

/**
 * Begins a session and ends the one whose refresh cookie came along. Refuses a cross-origin request, which would log
 * its victim in as somebody else (login CSRF); a redirect back from an identity provider is a GET, and has a `state`.
 *
 * @throws TokenError `ERR_FORBIDDEN_ORIGIN`
 * @throws TypeError for a grant that makes no sense
 * @throws StoreUnavailableError
 */
export async function issueTokens(
  context: Context,
  http: HttpSettings,
  request: HttpRequest,
  grant: LoginGrant,
): Promise<Login> {
  checkOrigin(context, http, request)
  const replaces = refreshCookie(request, http.cookies)
  const issued = await issue(context, { ...grant, transport: 'cookie', replaces })
  return {
    headers: { ...noStore, 'set-cookie': setCookies(http.cookies, issued) },
    body: { expires_in: issued.expiresIn },
  }
}

/**
 * Ends the session of the request's credentials. Cookies are cleared, unless a Bearer token was the credential.
 *
 * @returns the headers to add to the response
 * @throws TokenError `ERR_FORBIDDEN_ORIGIN`, `ERR_INVALID_REQUEST` for a malformed Bearer
 * @throws StoreUnavailableError with the cookies as they were: the user is not logged out yet
 */
export async function revokeTokens(
  context: Context,
  http: HttpSettings,
  request: HttpRequest,
): Promise<HttpHeaders> {
  const bearer = bearerToken(request)
  if (bearer !== undefined) {
    await revoke(context, { token: bearer })
    return { ...noStore }
  }
  checkOrigin(context, http, request)
  for (const token of [refreshCookie(request, http.cookies), accessCookie(request, http.cookies)]) {
    // The access token names the same session; it is needed only when the refresh token is gone.
    if (token !== undefined && (await revoke(context, { token })) !== undefined) {
      break
    }
  }
  return { ...noStore, 'set-cookie': clearCookies(http.cookies) }
}
