import { createPrivateKey, createPublicKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto'
import { copyMembers, reading } from '../values/check.js'
import { kindOf } from '../values/kind.js'
import type { Jwk } from './jwk.js'

/**
 * Reads a key that is a PEM text, a JWK or a KeyObject. The error text of Node is never passed on: it may quote the
 * key.
 *
 * @param jwk the result of `jwkOf` for the same entry
 * @throws TypeError that says what is wrong and never shows any part of the key
 */
export function keyObject(name: string, entry: unknown, jwk: Jwk | undefined): KeyObject {
  const key = kindOf(entry) === 'a KeyObject' ? (entry as KeyObject) : parsed(name, entry, jwk)
  if (key.type === 'secret') {
    throw new TypeError(
      `${name} is symmetric: leave signingKeys out for HS256, which uses the secret, or pass an Ed25519, P-256 or RSA key`,
    )
  }
  return key
}

/** A copy of a JWK, each member read once; `undefined` for an entry that is not one. */
export function jwkOf(name: string, entry: unknown): Jwk | undefined {
  const kind = kindOf(entry)
  if (kind !== 'an object' && kind !== 'a Proxy') {
    return undefined
  }
  if (!reading(name, () => 'kty' in (entry as object))) {
    return undefined
  }
  return copyMembers(name, entry, members)
}

/** The members of RFC 7517 section 4 and RFC 7518 section 6. */
const members = 'kty use key_ops alg kid crv x y d n e p q dp dq qi oth k'.split(' ')

function parsed(name: string, entry: unknown, jwk: Jwk | undefined): KeyObject {
  if (typeof entry === 'string') {
    return ofPem(name, entry)
  }
  if (jwk === undefined) {
    throw unreadable(name)
  }
  if (jwk.kty === 'oct') {
    throw new TypeError(
      `${name} is symmetric: leave signingKeys out for HS256, which uses the secret, or pass an Ed25519, P-256 or RSA key`,
    )
  }
  const key = { key: jwk, format: 'jwk' } as JsonWebKeyInput
  return readable(name, () => (jwk.d === undefined ? createPublicKey(key) : createPrivateKey(key)))
}

const block = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g

/**
 * Reads exactly one PEM block, according to its label. `createPublicKey` alone would accept a certificate, or turn a
 * private key into a public one.
 */
function ofPem(name: string, text: string): KeyObject {
  // `openssl ecparam -genkey` writes the name of the curve in front of the key.
  const blocks = [...text.matchAll(block)].filter(([, label]) => label !== 'EC PARAMETERS')
  const [pem = '', label] = blocks[0] ?? []
  if (blocks.length > 1) {
    throw new TypeError(
      `${name} must be one key (got ${blocks.length} PEM blocks: pass each key as an entry of its own)`,
    )
  }
  if (label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type:.*ENCRYPTED/m.test(pem)) {
    throw new TypeError(`${name} is encrypted: decrypt it first, and pass the key without a passphrase`)
  }
  if (label === 'CERTIFICATE') {
    throw new TypeError(`${name} is a certificate: pass the key alone`)
  }
  switch (label) {
    case 'PRIVATE KEY':
    case 'RSA PRIVATE KEY':
    case 'EC PRIVATE KEY':
      return readable(name, () => createPrivateKey(pem))
    case 'PUBLIC KEY':
      return readable(name, () => createPublicKey(pem))
    default:
      throw unreadable(name)
  }
}

function readable(name: string, read: () => KeyObject): KeyObject {
  try {
    return read()
  } catch {
    throw unreadable(name)
  }
}

function unreadable(name: string): TypeError {
  return new TypeError(
    `${name} must be a key: a PEM text (private as PKCS#8, SEC1 or PKCS#1, public as SPKI), a JWK or a KeyObject`,
  )
}
