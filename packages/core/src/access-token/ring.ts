import { deriveKey, keyIdOf } from '../keys/derive.js'
import type { AsymmetricAlgorithm } from '../keys/jwk.js'
import type { Secrets } from '../keys/secret.js'
import type { SigningKeys, VerifyingKey } from '../keys/signing.js'
import { type EncryptionRing, encryptionRing } from './encryption.js'
import { encodeText } from './segments.js'
import { hs256, type Sign, signerOf, type Verify, verifierOf } from './signature.js'

export interface AccessKey {
  readonly kid: string
  /** The one algorithm of this key. The header of a token never chooses it (RFC 8725 section 3.1). */
  readonly algorithm: 'HS256' | AsymmetricAlgorithm
  /** The bytes of HS256, or the PEM of a public key. */
  readonly key: string | Buffer
  /** Checks the signature of the first two segments, and nothing else. */
  readonly verify: Verify
}

/** The keys of access tokens. One key signs; each key of the ring verifies the tokens that name it. */
export interface AccessRing {
  /** Makes a compact JWS of a payload, which is the text of a JSON object. */
  readonly sign: (payload: string) => string
  readonly byKid: ReadonlyMap<string, AccessKey>
  /** The keys that encrypt signed tokens, if access tokens are encrypted. */
  readonly encryption: EncryptionRing | undefined
}

interface RingSettings {
  readonly secrets: Secrets
  readonly signingKeys: SigningKeys | undefined
  readonly issuer: string | undefined
  readonly encryptAccessToken: boolean
}

/** The type of access tokens (RFC 9068 section 2.1). No other kind of token that we issue has this type. */
export const accessTokenType = 'at+jwt'

/** Builds the ring. With signing keys it has no key from the secret, so tokens signed with HS256 are refused. */
export function accessRing({ secrets, signingKeys, issuer, encryptAccessToken }: RingSettings): AccessRing {
  const ring = signingKeys === undefined ? symmetricRing(secrets, issuer) : asymmetricRing(signingKeys)
  return { ...ring, encryption: encryptAccessToken ? encryptionRing(secrets, issuer) : undefined }
}

type SignatureRing = Pick<AccessRing, 'sign' | 'byKid'>

function symmetricRing(secrets: Secrets, issuer: string | undefined): SignatureRing {
  const algorithm = 'HS256'
  const [first, ...others] = secrets.map(secret => {
    const key = deriveKey(secret, 'access token HS256', issuer)
    return { kid: keyIdOf(key), algorithm, key, ...hs256(key) } as const
  }) as unknown as [AccessKey & { sign: Sign }, ...AccessKey[]]
  return { sign: jws(first.kid, algorithm, first.sign), byKid: byKid([first, ...others]) }
}

function asymmetricRing(signingKeys: SigningKeys): SignatureRing {
  const [{ privateKey, jwk }] = signingKeys
  const keys = signingKeys.map(({ publicKey, jwk: { kid, alg } }: VerifyingKey) => ({
    kid,
    algorithm: alg,
    key: publicKey.export({ type: 'spki', format: 'pem' }),
    verify: verifierOf(alg, publicKey),
  }))
  return { sign: jws(jwk.kid, jwk.alg, signerOf(jwk.alg, privateKey)), byKid: byKid(keys) }
}

function byKid(keys: readonly AccessKey[]): AccessRing['byKid'] {
  return new Map(keys.map(key => [key.kid, key]))
}

/** Makes a compact JWS (RFC 7515 section 7.1). The header is the same for all tokens of a key. */
function jws(kid: string, algorithm: AccessKey['algorithm'], sign: Sign): AccessRing['sign'] {
  const header = encodeText(JSON.stringify({ alg: algorithm, typ: accessTokenType, kid }))
  return payload => {
    const input = `${header}.${encodeText(payload)}`
    return `${input}.${sign(input)}`
  }
}
