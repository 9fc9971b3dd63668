import { createHash, createPublicKey, type KeyObject } from 'node:crypto'

/**
 * The algorithm of a signing key: each key has exactly one (RFC 8725 section 3.1). EdDSA means Ed25519 only.
 *
 * @example
 * const algorithms: AsymmetricAlgorithm[] = tokens.jwks().keys.map(({ alg }) => alg)
 */
export type AsymmetricAlgorithm = 'EdDSA' | 'ES256' | 'RS256'

/**
 * A public or private key as JSON (RFC 7517 section 4, RFC 7518 section 6), as Node, browsers and jose export it. It is
 * declared here because `@types/node` 25 removed `JsonWebKey` from `node:crypto`.
 *
 * @example
 * const key: Jwk = JSON.parse(process.env.SIGNING_KEY ?? '')
 */
export interface Jwk {
  readonly kty?: string | undefined
  readonly use?: string | undefined
  readonly key_ops?: readonly string[] | undefined
  readonly alg?: string | undefined
  readonly kid?: string | undefined
  readonly ext?: boolean | undefined
  readonly crv?: string | undefined
  readonly x?: string | undefined
  readonly y?: string | undefined
  readonly n?: string | undefined
  readonly e?: string | undefined
  readonly d?: string | undefined
  readonly p?: string | undefined
  readonly q?: string | undefined
  readonly dp?: string | undefined
  readonly dq?: string | undefined
  readonly qi?: string | undefined
}

/** The public members of each type of key (RFC 7518 section 6, RFC 8037 section 2). */
type PublicMembers =
  | { kty: 'OKP'; crv: string; x: string }
  | { kty: 'EC'; crv: string; x: string; y: string }
  | { kty: 'RSA'; n: string; e: string }

/**
 * A public key for services that verify our access tokens (RFC 7517 section 4).
 *
 * @example
 * const [key]: PublicJwk[] = tokens.jwks().keys
 */
export type PublicJwk = PublicMembers & { kid: string; alg: AsymmetricAlgorithm; use: 'sig' }

/**
 * Exports the public members of a key. The input is a public key, so there is no private member that could slip in.
 *
 * @param publicKey of one of the three types of `AsymmetricAlgorithm`
 */
export function publicMembers(publicKey: KeyObject): PublicMembers {
  const { kty, crv = '', x = '', y = '', n = '', e = '' } = publicKey.export({ format: 'jwk' })
  if (kty === 'RSA') {
    return { kty, n, e }
  }
  return kty === 'EC' ? { kty, crv, x, y } : { kty: 'OKP', crv, x }
}

/**
 * The thumbprint of a key: a hash of its members in alphabetical order (RFC 7638 section 3). Keys are compared with it
 * and not with `equals`: in Node 20, after `equals` of keys of two types the next use of any key fails.
 */
export function thumbprint(publicKey: KeyObject): string {
  const members = Object.entries(publicMembers(publicKey))
  const ordered = Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)))
  return createHash('sha256').update(JSON.stringify(ordered)).digest('base64url')
}

/** How a JWK contradicts the key in it, as the rest of an error text; `undefined` if it does not. */
export function contradiction(
  { alg, use, key_ops: operations, kid, kty, crv, x, y, n, e }: Jwk,
  { type }: KeyObject,
  publicKey: KeyObject,
  algorithm: AsymmetricAlgorithm,
): string | undefined {
  if (alg !== undefined && alg !== algorithm) {
    return `contradicts itself: its alg must be ${algorithm}, or left out`
  }
  if (use !== undefined && use !== 'sig') {
    return "contradicts itself: its use must be 'sig', or left out"
  }
  if (operations !== undefined && !allow(operations, type === 'private' ? 'sign' : 'verify')) {
    return `contradicts itself: its key_ops must have '${type === 'private' ? 'sign' : 'verify'}' and be for signatures only`
  }
  if (kid !== undefined && !(typeof kid === 'string' && /^[\x20-\x7e]{1,100}$/.test(kid))) {
    return 'must have a kid of 1 to 100 printable ASCII characters, or no kid'
  }
  // Node reads only the private member of an Ed25519 key, so the public member beside it could belong to another key.
  // Compare them. Members that are undefined are removed, and the private member is left out, because Node 24 would
  // make the public key from it again.
  const stated = JSON.parse(JSON.stringify({ kty, crv, x, y, n, e }))
  return thumbprint(createPublicKey({ key: stated, format: 'jwk' })) === thumbprint(publicKey)
    ? undefined
    : 'contradicts itself: its private and its public members belong to different keys'
}

function allow(operations: unknown, operation: string): boolean {
  return (
    Array.isArray(operations) &&
    operations.includes(operation) &&
    operations.every(each => each === 'sign' || each === 'verify')
  )
}
