import { randomUUID } from 'node:crypto'
import { encrypt } from '../access-token/encryption.js'
import { maxAccessTokenLength } from '../access-token/read.js'
import type { Context } from '../context.js'
import type { Transport } from '../refresh-token/token.js'

/** The tokens of a login or of a refresh. */
export interface Issued {
  accessToken: string
  refreshToken: string
  /** Seconds that the access token lives. */
  expiresIn: number
  /** Seconds that the refresh token lives unless it is used: until the session's idle deadline. */
  refreshExpiresIn: number
  /** The session's public id. */
  sid: string
  /** What the access token is good for, when the login named a scope. */
  scope?: string
}

/** RFC 6265bis section 5.6: a cookie holds 4,096 octets of name and value. Room for a name of 32. */
export const maxTokenInCookie: number = 4096 - 32

export interface AccessTokenFor {
  readonly subject: string
  readonly sid: string
  readonly claims: object
  readonly scope: string | undefined
  readonly transport: Transport
  /** Milliseconds since the epoch by the app's clock. */
  readonly now: number
  /** When the session ends unless it is used, by the same clock: a second or more from `now`. */
  readonly sessionEnds: number
}

/**
 * Signs an access token that ends before its session does.
 *
 * @throws TypeError when it is too long for a cookie, or for a header
 */
export function mintAccessToken(
  { settings, accessRing, maxInCookie }: Context,
  { subject, sid, claims, scope, transport, now, sessionEnds }: AccessTokenFor,
): Pick<Issued, 'accessToken' | 'expiresIn' | 'scope'> {
  const iat = Math.floor(now / 1000)
  const exp = Math.floor(Math.min(now + settings.accessTokenLifetime * 1000, sessionEnds) / 1000)
  // What is undefined is nothing in JSON.
  const signed = accessRing.sign({
    ...claims,
    iss: settings.issuer,
    aud: settings.audience,
    sub: subject,
    sid,
    jti: randomUUID(),
    iat,
    exp,
    scope,
  })
  const accessToken = accessRing.encryption === undefined ? signed : encrypt(accessRing.encryption, signed)
  const max = transport === 'cookie' ? maxInCookie : maxAccessTokenLength
  if (accessToken.length > max) {
    throw new TypeError(
      `claims are too large: the access token has ${accessToken.length} characters, and ${max} fit. Leave out what handlers can look up`,
    )
  }
  return { accessToken, expiresIn: exp - iat, ...(scope !== undefined && { scope }) }
}
