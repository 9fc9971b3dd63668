import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { deriveKey, keyIdOf } from '../keys/derive.js'
import type { Secrets } from '../keys/secret.js'
import { isCanonical, parseObject } from './segments.js'

interface EncryptionKey {
  readonly kid: string
  readonly key: KeyObject
}

/** `current` encrypts. Each key of the ring decrypts the tokens that name it. */
export interface EncryptionRing {
  readonly current: EncryptionKey
  readonly byKid: ReadonlyMap<string, EncryptionKey>
}

/** The lengths of the initialization vector and of the authentication tag (RFC 7518 section 5.3). */
const bytes = { iv: 12, tag: 16 } as const

export function encryptionRing([first, ...others]: Secrets, issuer: string | undefined): EncryptionRing {
  const current = encryptionKey(first, issuer)
  const keys = [current, ...others.map(secret => encryptionKey(secret, issuer))]
  return { current, byKid: new Map(keys.map(key => [key.kid, key])) }
}

function encryptionKey(secret: string, issuer: string | undefined): EncryptionKey {
  const key = deriveKey(secret, 'access token A256GCM', issuer)
  return { kid: keyIdOf(key), key: createSecretKey(key) }
}

/**
 * Wraps a signed token in a compact JWE. Its algorithm is `dir`, so there is no encrypted key (RFC 7516 section 7.1,
 * RFC 7519 section 5.2).
 */
export function encrypt({ current: { kid, key } }: EncryptionRing, token: string): string {
  const header = { alg: 'dir', enc: 'A256GCM', cty: 'JWT', kid }
  const segment = Buffer.from(JSON.stringify(header)).toString('base64url')
  const iv = randomBytes(bytes.iv)
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: bytes.tag })
  cipher.setAAD(Buffer.from(segment))
  const text = Buffer.concat([cipher.update(token, 'latin1'), cipher.final()])
  const [vector, content, tag] = [iv, text, cipher.getAuthTag()].map(part => part.toString('base64url'))
  return `${segment}..${vector}.${content}.${tag}`
}

/**
 * Decrypts a JWE that `encrypt` made. The caller then verifies the signed token inside.
 *
 * @returns `undefined` if the token was not encrypted with a key of this ring
 */
export function decrypt(ring: EncryptionRing, token: string): string | undefined {
  const [header, iv, content, tag] = segmentsOf(token) ?? []
  const key = ring.byKid.get(kidOf(header) ?? '')?.key
  const [vector, text, mac] = [iv, content, tag].map(part => Buffer.from(part ?? '', 'base64url'))
  const isWhole = vector?.length === bytes.iv && mac?.length === bytes.tag
  return header !== undefined && key !== undefined && text !== undefined && isWhole
    ? opened(key, header, vector, text, mac)
    : undefined
}

/**
 * Whether a token has the form of a JWE of ours and names a key that is not in the ring. This proves nothing: anyone
 * can write such a header.
 */
export function isOfUnknownKey(ring: EncryptionRing, token: string): boolean {
  const [header] = segmentsOf(token) ?? []
  const kid = kidOf(header)
  return kid !== undefined && !ring.byKid.has(kid)
}

/** Header, initialization vector, ciphertext and tag. */
function segmentsOf(token: string): [string, string, string, string] | undefined {
  const [header = '', encryptedKey, iv = '', content = '', tag = '', ...more] = token.split('.')
  const isOurs = more.length === 0 && encryptedKey === '' && [header, iv, content, tag].every(isCanonical)
  return isOurs ? [header, iv, content, tag] : undefined
}

/**
 * The key id of a header with exactly our four members. Compression, key agreement, passwords and foreign keys are
 * refused: any other member makes the header invalid.
 */
function kidOf(header: string | undefined): string | undefined {
  const { alg, enc, cty, kid, ...others } = parseObject(header) ?? {}
  const isOurs = alg === 'dir' && enc === 'A256GCM' && cty === 'JWT' && Object.keys(others).length === 0
  return isOurs && typeof kid === 'string' ? kid : undefined
}

function opened(
  key: KeyObject,
  header: string,
  iv: Buffer,
  content: Buffer,
  tag: Buffer,
): string | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: bytes.tag })
  decipher.setAAD(Buffer.from(header)).setAuthTag(tag)
  try {
    return decipher.update(content, undefined, 'latin1') + decipher.final('latin1')
  } catch {
    return undefined
  }
}
