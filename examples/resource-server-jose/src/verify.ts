// Is this an access token of our issuer, for us, and still good? Asked of nobody but the issuer's public keys.
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import type { Config } from './config.js'

/** What an access token says (RFC 9068), and what the app that signs it adds. */
export interface Claims extends JWTPayload {
  sub: string
  email?: string
}

/** The token is worth nothing. */
export class InvalidToken extends Error {}

/**
 * Rejects with `InvalidToken`, or with another error when the keys can't be had: then nothing is known of the token.
 */
export type Verify = (token: string) => Promise<Claims>

export function verifier({ jwksUrl, issuer, audience, jwksCooldown }: Config): Verify {
  // Fetched at the first token, kept for ten minutes, and fetched again for a `kid` that is not in it.
  const keys = createRemoteJWKSet(jwksUrl, { cooldownDuration: jwksCooldown * 1000 })
  const rules = {
    issuer,
    audience,
    // No other JWT of the issuer will do, such as an ID token.
    typ: 'at+jwt',
    // A list of ours, never what the token says: no `none`, and no HS256 with the public key as its secret.
    algorithms: ['EdDSA', 'ES256', 'RS256'],
    // jose checks `exp` where it is; a token without one would never run out.
    requiredClaims: ['exp', 'sub'],
  }
  return async token => {
    try {
      const { payload } = await jwtVerify<Claims>(token, keys, rules)
      return payload
    } catch (error) {
      throw isOfToken(error) ? new InvalidToken('The access token is invalid', { cause: error }) : error
    }
  }
}

/** All else is about the keys, and says nothing of the token: they could not be fetched, or are no keys. */
function isOfToken(error: unknown): boolean {
  return kinds.some(kind => error instanceof kind)
}

const kinds = [
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JWTInvalid,
  errors.JWTExpired,
  errors.JWTClaimValidationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  // It names no key, and the issuer has several.
  errors.JWKSMultipleMatchingKeys,
]
