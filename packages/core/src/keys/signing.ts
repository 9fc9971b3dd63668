import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { copyList, isList, reading } from '../values/check.js'
import {
  type AsymmetricAlgorithm,
  contradiction,
  type Jwk,
  type PublicJwk,
  publicMembers,
  thumbprint,
} from './jwk.js'
import { jwkOf, keyObject } from './key-object.js'

/**
 * A key in one of these forms: PEM (private as PKCS#8, SEC1 or PKCS#1, public as SPKI), a JWK, or a KeyObject of
 * node:crypto.
 *
 * @example
 * const { privateKey } = generateKeyPairSync('ed25519')
 * createTokens({ secret, signingKeys: privateKey })
 */
export type SigningKey = string | Jwk | KeyObject

/** A public key that verifies access tokens. */
export interface VerifyingKey {
  readonly publicKey: KeyObject
  readonly jwk: PublicJwk
}

/**
 * A ring of keys, never empty. The first entry signs, every entry verifies. The private part of the other entries is
 * not kept.
 */
export type SigningKeys = readonly [VerifyingKey & { readonly privateKey: KeyObject }, ...VerifyingKey[]]

/**
 * Checks the keys of a ring.
 *
 * @throws TypeError that says which entry is wrong and why, and never shows any part of it
 */
export function checkSigningKeys(signingKeys: unknown): SigningKeys | undefined {
  if (signingKeys === undefined) {
    return undefined
  }
  const isRing = isList('signingKeys', signingKeys)
  const ring = isRing ? copyList('signingKeys', 'a ring of keys', signingKeys) : [signingKeys]
  if (ring.length === 0) {
    throw new TypeError(
      'signingKeys must not be an empty ring: pass at least one key, or leave signingKeys out',
    )
  }
  const keys: VerifyingKey[] = []
  for (const [index, entry] of ring.entries()) {
    const name = isRing ? `signingKeys[${index}]` : 'signingKeys'
    const key = checkKey(name, entry)
    if (index === 0 && !('privateKey' in key)) {
      throw new TypeError(`${name} must be a private key: the first key of the ring signs`)
    }
    if (keys.some(({ publicKey }) => thumbprint(publicKey) === thumbprint(key.publicKey))) {
      throw new TypeError(`${name} is in the ring twice: remove one of the two`)
    }
    if (keys.some(({ jwk }) => jwk.kid === key.jwk.kid)) {
      throw new TypeError(`${name} has the kid of another key in the ring: give each key its own kid`)
    }
    keys.push(index === 0 ? key : { publicKey: key.publicKey, jwk: key.jwk })
  }
  return keys as unknown as SigningKeys
}

function checkKey(name: string, entry: unknown): VerifyingKey & { privateKey?: KeyObject } {
  const stated = jwkOf(name, entry)
  const key = keyObject(name, entry, stated)
  const algorithm = algorithmOf(name, key)
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  const flaw = stated && reading(name, () => contradiction(stated, key, publicKey, algorithm))
  if (flaw !== undefined) {
    throw new TypeError(`${name} ${flaw}`)
  }
  if (key.type === 'private' && !isPair(algorithm, key, publicKey)) {
    throw new TypeError(`${name} is broken: its public part does not verify what its private part signs`)
  }
  const kid = stated?.kid ?? thumbprint(publicKey)
  const jwk: PublicJwk = { ...publicMembers(publicKey), kid, alg: algorithm, use: 'sig' }
  return { publicKey, jwk, ...(key.type === 'private' && { privateKey: key }) }
}

function algorithmOf(name: string, key: KeyObject): AsymmetricAlgorithm {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = key
  const { namedCurve, modulusLength = 0, publicExponent = 0n } = details
  if (type === 'ed25519') {
    return 'EdDSA'
  }
  if (type === 'ec' && namedCurve === 'prime256v1') {
    return 'ES256'
  }
  if (type !== 'rsa') {
    throw new TypeError(`${name} must be an Ed25519, P-256 or RSA key (got ${namedCurve ?? type})`)
  }
  if (modulusLength < 2048) {
    throw new TypeError(`${name} must have 2048 bits or more (got ${modulusLength})`)
  }
  // FIPS 186-5 appendix A.1.1. With an exponent of 1 anyone could sign.
  if (publicExponent < 65537n || publicExponent % 2n === 0n) {
    throw new TypeError(`${name} must have an odd public exponent of 65537 or more`)
  }
  return 'RS256'
}

function isPair(algorithm: AsymmetricAlgorithm, privateKey: KeyObject, publicKey: KeyObject): boolean {
  const hash = algorithm === 'EdDSA' ? null : 'sha256'
  const text = Buffer.from('tokenratchet')
  try {
    return verify(hash, text, publicKey, sign(hash, text, privateKey))
  } catch {
    return false
  }
}
