import { randomUUID } from 'node:crypto'
import { encrypt } from '../access-token/encryption.js'
import { maxAccessTokenLength } from '../access-token/read.js'
import type { Context } from '../context.js'
import type { Transport } from '../refresh-token/token.js'

/**
 * The tokens that a login or a refresh returns. `accessToken` and `refreshToken` are secrets: never log them.
 *
 * @example
 * const { accessToken, expiresIn, sid }: Issued = await tokens.issue({ subject: 'ada' })
 */
export interface Issued {
  accessToken: string
  refreshToken: string
  /** Seconds until the access token expires. */
  expiresIn: number
  /** Seconds until the refresh token expires unless it is used: the idle deadline of the session. */
  refreshExpiresIn: number
  /** The public id of the session. */
  sid: string
  /** The scope of the access token, if the login named one. */
  scope?: string
}

/**
 * The most characters of a token in a cookie. A cookie holds 4,096 octets of name and value (RFC 6265bis section 5.6);
 * 32 are left for the name.
 */
export const maxTokenInCookie: number = 4096 - 32

export interface AccessTokenFor {
  readonly subject: string
  readonly sid: string
  readonly claims: object
  readonly scope: string | undefined
  readonly transport: Transport
  /** Milliseconds since the epoch by the app's clock. */
  readonly now: number
  /** When the session ends unless it is used, by the same clock: at least a second after `now`. */
  readonly sessionEnds: number
}

/**
 * Joins two JSON objects as texts: to copy the application's claims, which have any shape, into one object first takes
 * V8 as long as the signature. No name is in both (`checkClaims`), and of a name that is repeated, `JSON.parse` would
 * take the last: ours.
 */
function joined(claims: string, own: string): string {
  return claims === '{}' ? own : `${claims.slice(0, -1)},${own.slice(1)}`
}

/**
 * Signs an access token that expires no later than its session.
 *
 * @throws TypeError if it is too long for a cookie, or for a header
 */
export function mintAccessToken(
  { settings, accessRing, maxInCookie }: Context,
  { subject, sid, claims, scope, transport, now, sessionEnds }: AccessTokenFor,
): Pick<Issued, 'accessToken' | 'expiresIn' | 'scope'> {
  const iat = Math.floor(now / 1000)
  const exp = Math.floor(Math.min(now + settings.accessTokenLifetime * 1000, sessionEnds) / 1000)
  // JSON leaves out members that are undefined.
  const own = JSON.stringify({
    iss: settings.issuer,
    aud: settings.audience,
    sub: subject,
    sid,
    jti: randomUUID(),
    iat,
    exp,
    scope,
  })
  const signed = accessRing.sign(joined(JSON.stringify(claims), own))
  const accessToken = accessRing.encryption === undefined ? signed : encrypt(accessRing.encryption, signed)
  const max = transport === 'cookie' ? maxInCookie : maxAccessTokenLength
  if (accessToken.length > max) {
    throw new TypeError(
      `claims are too large: the access token must have at most ${max} characters (got ${accessToken.length}: leave out what handlers can look up)`,
    )
  }
  return { accessToken, expiresIn: exp - iat, ...(scope !== undefined && { scope }) }
}
