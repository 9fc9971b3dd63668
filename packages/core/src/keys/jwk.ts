import { createHash, createPublicKey, type KeyObject } from 'node:crypto'

/** One key for one algorithm (RFC 8725 section 3.1); EdDSA is Ed25519 alone. */
export type AsymmetricAlgorithm = 'EdDSA' | 'ES256' | 'RS256'

/**
 * A key as JSON, public or private (RFC 7517 section 4, RFC 7518 section 6). It takes what Node, browsers and jose
 * export. Declared here, because `@types/node` 25 removed `JsonWebKey` from `node:crypto`.
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

/** The public members of a key, by its type (RFC 7518 section 6, RFC 8037 section 2). */
type PublicMembers =
  | { kty: 'OKP'; crv: string; x: string }
  | { kty: 'EC'; crv: string; x: string; y: string }
  | { kty: 'RSA'; n: string; e: string }

/** A key for whoever verifies our access tokens (RFC 7517 section 4). */
export type PublicJwk = PublicMembers & { kid: string; alg: AsymmetricAlgorithm; use: 'sig' }

/**
 * Of a public key's own export, member by member: what is private isn't there to be left in.
 *
 * @param publicKey one of the three types that `AsymmetricAlgorithm` is for
 */
export function publicMembers(publicKey: KeyObject): PublicMembers {
  const { kty, crv = '', x = '', y = '', n = '', e = '' } = publicKey.export({ format: 'jwk' })
  if (kty === 'RSA') {
    return { kty, n, e }
  }
  return kty === 'EC' ? { kty, crv, x, y } : { kty: 'OKP', crv, x }
}

/**
 * RFC 7638 section 3: the members in the order of the alphabet. Also how keys are compared: after `equals` of two types
 * of keys Node 20 lets the next use of any key fail.
 */
export function thumbprint(publicKey: KeyObject): string {
  const members = Object.entries(publicMembers(publicKey))
  const ordered = Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)))
  return createHash('sha256').update(JSON.stringify(ordered)).digest('base64url')
}

/** Where a JWK says something else than the key in it is: what is wrong, or `undefined`. */
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
    return 'must have a kid of 1 to 100 printable ASCII characters, or none'
  }
  // Of Ed25519 the private member is all that is read: the public one beside it might be anybody's. Without undefined
  // members, which are none; and without the private one, from which Node 24 makes the public key again.
  const stated = JSON.parse(JSON.stringify({ kty, crv, x, y, n, e }))
  return thumbprint(createPublicKey({ key: stated, format: 'jwk' })) === thumbprint(publicKey)
    ? undefined
    : 'contradicts itself: its private and its public members are of two keys'
}

function allow(operations: unknown, operation: string): boolean {
  return (
    Array.isArray(operations) &&
    operations.includes(operation) &&
    operations.every(each => each === 'sign' || each === 'verify')
  )
}
