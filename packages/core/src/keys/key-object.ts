import { createPrivateKey, createPublicKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto'
import { types } from 'node:util'
import type { Jwk } from './jwk.js'

/**
 * A key in one of the forms that people have them in. What Node says of a bad one isn't handed on: it may quote it.
 *
 * @throws TypeError that says what is wrong, never showing any of it
 */
export function keyObject(name: string, entry: unknown): KeyObject {
  const key = types.isKeyObject(entry) ? entry : parsed(name, entry)
  if (key.type === 'secret') {
    throw new TypeError(`${name} is symmetric: HS256 comes without signingKeys, from the secret`)
  }
  return key
}

export function isJwk(entry: unknown): entry is Jwk {
  return typeof entry === 'object' && entry !== null && !types.isKeyObject(entry) && 'kty' in entry
}

function parsed(name: string, entry: unknown): KeyObject {
  if (typeof entry === 'string') {
    return ofPem(name, entry)
  }
  if (!isJwk(entry)) {
    throw unreadable(name)
  }
  if (entry.kty === 'oct') {
    throw new TypeError(`${name} is symmetric: HS256 comes without signingKeys, from the secret`)
  }
  const key = { key: entry, format: 'jwk' } as JsonWebKeyInput
  return readable(name, () => (entry.d === undefined ? createPublicKey(key) : createPrivateKey(key)))
}

const block = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g

/** By its label, and this one block alone: `createPublicKey` would take a certificate, or make a private key public. */
function ofPem(name: string, text: string): KeyObject {
  // `openssl ecparam -genkey` writes the name of the curve in front of the key.
  const blocks = [...text.matchAll(block)].filter(([, label]) => label !== 'EC PARAMETERS')
  const [pem = '', label] = blocks[0] ?? []
  if (blocks.length > 1) {
    throw new TypeError(`${name} must be one key, and has ${blocks.length} blocks of PEM`)
  }
  if (label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type:.*ENCRYPTED/m.test(pem)) {
    throw new TypeError(`${name} is encrypted: give the key without its passphrase`)
  }
  if (label === 'CERTIFICATE') {
    throw new TypeError(`${name} is a certificate: give the key alone`)
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
