import { createHash } from 'node:crypto'
import { createSigner, createVerifier } from 'fast-jwt'
import { deriveKey } from '../keys/derive.js'
import type { Secrets } from '../keys/secret.js'

export interface AccessKey {
  readonly kid: string
  /** The one algorithm of this key. What a token's header says never chooses it (RFC 8725 section 3.1). */
  readonly algorithm: 'HS256'
  readonly sign: (claims: object) => string
  /** Checks the signature and answers the claims; dates are checked by our own clock. Throws. */
  readonly verify: (token: string) => unknown
}

/** The keys of access tokens: `current` signs, each of the ring verifies its own. */
export interface AccessRing {
  readonly current: AccessKey
  readonly byKid: ReadonlyMap<string, AccessKey>
}

/** RFC 9068 section 2.1: no other kind of token that we mint has this type. */
export const accessTokenType = 'at+jwt'

export function accessRing([first, ...others]: Secrets, issuer: string | undefined): AccessRing {
  const symmetric = (secret: string): AccessKey =>
    symmetricKey(deriveKey(secret, 'access token HS256', issuer))
  const current = symmetric(first)
  return { current, byKid: new Map([current, ...others.map(symmetric)].map(key => [key.kid, key])) }
}

function symmetricKey(key: Buffer): AccessKey {
  const algorithm = 'HS256'
  const kid = createHash('sha256').update(key).digest().toString('base64url', 0, 6)
  return {
    kid,
    algorithm,
    sign: createSigner({ key, algorithm, kid, header: { alg: algorithm, typ: accessTokenType } }),
    verify: createVerifier({
      key,
      algorithms: [algorithm],
      checkTyp: accessTokenType,
      cache: false,
      ignoreExpiration: true,
      ignoreNotBefore: true,
    }),
  }
}
