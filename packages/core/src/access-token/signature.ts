import { constants, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto'
import { HmacSha256 } from '../keys/hmac.js'
import type { AsymmetricAlgorithm } from '../keys/jwk.js'

/** Signs the signing input of a JWS, which is ASCII text (RFC 7515 section 5.1), and returns the signature in base64url. */
export type Sign = (input: string) => string

/** Whether a signature is valid. It never throws: a signature of the wrong length is invalid. */
export type Verify = (input: string, signature: Buffer) => boolean

/** HS256 (RFC 7518 section 3.2). Signatures are compared in constant time. */
export function hs256(key: Buffer): { sign: Sign; verify: Verify } {
  const mac = new HmacSha256(key)
  return {
    sign: input => mac.base64url(input),
    verify: (input, signature) => signature.length === 32 && timingSafeEqual(mac.bytes(input), signature),
  }
}

/**
 * The hash and the form of the signature for each algorithm: EdDSA hashes by itself (RFC 8037 section 3.1), ES256
 * signatures are the two numbers and not DER (RFC 7518 section 3.4), and RS256 has the padding of PKCS #1 v1.5 (section
 * 3.3).
 */
const forms = {
  EdDSA: { hash: null, options: {} },
  ES256: { hash: 'sha256', options: { dsaEncoding: 'ieee-p1363' } },
  RS256: { hash: 'sha256', options: { padding: constants.RSA_PKCS1_PADDING } },
} as const

/** @param key a private key that `checkSigningKeys` found to fit the algorithm */
export function signerOf(algorithm: AsymmetricAlgorithm, key: KeyObject): Sign {
  const { hash, options } = forms[algorithm]
  const how = { key, ...options }
  return input => sign(hash, Buffer.from(input, 'latin1'), how).toString('base64url')
}

/** @param key a public key that `checkSigningKeys` found to fit the algorithm */
export function verifierOf(algorithm: AsymmetricAlgorithm, key: KeyObject): Verify {
  const { hash, options } = forms[algorithm]
  const how = { key, ...options }
  return (input, signature) => verify(hash, Buffer.from(input, 'latin1'), how, signature)
}
