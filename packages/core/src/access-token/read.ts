import type { Claims } from './claims.js'
import { decrypt, isOfUnknownKey } from './encryption.js'
import { type AccessKey, type AccessRing, accessTokenType } from './ring.js'
import { bytesOf, isCanonical, objectIn, parseObject } from './segments.js'

/** The claims that a token must have besides a valid signature. */
export interface Expected {
  readonly issuer: string | undefined
  readonly audience: string | undefined
}

/** A signed token, and the key that verifies its signature. */
export interface SignedToken {
  /** The signed token with its three segments: decrypted if access tokens are encrypted. */
  readonly token: string
  /** The bytes of HS256, or the PEM of a public key. */
  readonly key: string | Buffer
}

/**
 * The most characters of an access token: half of what Node accepts for all headers of a request. Longer ones are
 * neither issued nor read.
 */
export const maxAccessTokenLength = 8192

/**
 * Verifies an access token. First come strict checks of its form: one spelling, one type, one algorithm for each key, no
 * extensions. Then the signature is checked, then the claims. The caller must check dates and revocation at each use.
 *
 * @returns `undefined` for a token that no key of this ring signed for us
 */
export function readAccessToken(ring: AccessRing, token: unknown, expected: Expected): Claims | undefined {
  if (typeof token !== 'string' || token.length > maxAccessTokenLength) {
    return undefined
  }
  const signed = signedPart(ring, token)
  return signed === undefined ? undefined : readSigned(ring, signed, expected)
}

/**
 * Whether a token has the form of ours and names a signing or encryption key that the ring does not have. This proves
 * nothing: anyone can write such a header.
 */
export function namesUnknownKey(ring: AccessRing, token: unknown): boolean {
  if (typeof token !== 'string' || token.length > maxAccessTokenLength) {
    return false
  }
  if (ring.encryption !== undefined && isOfUnknownKey(ring.encryption, token)) {
    return true
  }
  const segments = signedPart(ring, token)?.split('.') ?? []
  const header = segments.length === 3 && segments.every(isCanonical) ? parseObject(segments[0]) : undefined
  const { alg, typ, kid, ...others } = header ?? {}
  const isOurs = typ === accessTokenType && algorithms.has(alg) && Object.keys(others).length === 0
  return isOurs && typeof kid === 'string' && !ring.byKid.has(kid)
}

/** The algorithms of every key that a ring may have had. */
const algorithms: ReadonlySet<unknown> = new Set(['HS256', 'EdDSA', 'ES256', 'RS256'])

/** The signed token inside an access token, and its key. Pass only a token that `readAccessToken` accepts. */
export function signedToken(ring: AccessRing, accessToken: string): SignedToken | undefined {
  const token = signedPart(ring, accessToken)
  const key = keyOf(ring, parseObject(token?.split('.', 1)[0]))?.key
  return token === undefined || key === undefined ? undefined : { token, key }
}

function signedPart({ encryption }: AccessRing, token: string): string | undefined {
  return encryption === undefined ? token : decrypt(encryption, token)
}

function readSigned(ring: AccessRing, token: string, expected: Expected): Claims | undefined {
  const segments = token.split('.')
  const [header, payload, signature] = segments.map(bytesOf)
  if (segments.length !== 3 || header === undefined || payload === undefined || signature === undefined) {
    return undefined
  }
  const key = keyOf(ring, objectIn(header))
  if (key === undefined || !key.verify(token.slice(0, token.lastIndexOf('.')), signature)) {
    return undefined
  }
  const claims: Partial<Claims> | undefined = objectIn(payload)
  return claims !== undefined && isOurs(claims, expected) ? claims : undefined
}

/**
 * The key that the header names. `jku`, `x5u`, `x5c` and `jwk` are never looked at; any `crit` is refused (RFC 7515
 * section 4.1.11).
 */
function keyOf(ring: AccessRing, header: Record<string, unknown> | undefined): AccessKey | undefined {
  if (header === undefined || header['typ'] !== accessTokenType || Object.hasOwn(header, 'crit')) {
    return undefined
  }
  const key = typeof header['kid'] === 'string' ? ring.byKid.get(header['kid']) : undefined
  return key !== undefined && header['alg'] === key.algorithm ? key : undefined
}

function isOurs(claims: Partial<Claims>, { issuer, audience }: Expected): claims is Claims {
  const { iss, aud, sub, sid, jti, iat, exp } = claims
  const texts = [sub, sid, jti].every(text => typeof text === 'string' && text !== '')
  const dates = [iat, exp].every(date => Number.isSafeInteger(date))
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud]
  const parties = iss === issuer && (audience === undefined || audiences.includes(audience))
  return texts && dates && parties
}
