import { createSigner, createVerifier } from 'fast-jwt'
import { deriveKey, keyIdOf } from '../keys/derive.js'
import type { AsymmetricAlgorithm } from '../keys/jwk.js'
import type { Secrets } from '../keys/secret.js'
import type { SigningKeys, VerifyingKey } from '../keys/signing.js'
import { type EncryptionRing, encryptionRing } from './encryption.js'

export interface AccessKey {
  readonly kid: string
  /** The one algorithm of this key. The header of a token never chooses it (RFC 8725 section 3.1). */
  readonly algorithm: 'HS256' | AsymmetricAlgorithm
  /** The bytes of HS256, or the PEM of a public key. */
  readonly key: string | Buffer
  /**
   * Checks the signature and returns the claims. It throws if the signature is invalid. Dates are not checked here, but
   * with our own clock.
   */
  readonly verify: (token: string) => unknown
}

/** The keys of access tokens. One key signs; each key of the ring verifies the tokens that name it. */
export interface AccessRing {
  readonly sign: (claims: object) => string
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

function symmetricRing([first, ...others]: Secrets, issuer: string | undefined): SignatureRing {
  const algorithm = 'HS256'
  const keyOf = (secret: string): Buffer => deriveKey(secret, 'access token HS256', issuer)
  const key = keyOf(first)
  const keys = [key, ...others.map(keyOf)].map(each => accessKey(keyIdOf(each), algorithm, each))
  return { sign: signer(keyIdOf(key), algorithm, key), byKid: byKid(keys) }
}

/** Passes keys to fast-jwt as we export them, never in the form in which somebody wrote them. */
function asymmetricRing(signingKeys: SigningKeys): SignatureRing {
  const [{ privateKey, jwk }] = signingKeys
  const keys = signingKeys.map(({ publicKey, jwk }: VerifyingKey) =>
    accessKey(jwk.kid, jwk.alg, publicKey.export({ type: 'spki', format: 'pem' })),
  )
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  return { sign: signer(jwk.kid, jwk.alg, pem), byKid: byKid(keys) }
}

function byKid(keys: AccessKey[]): AccessRing['byKid'] {
  return new Map(keys.map(key => [key.kid, key]))
}

function signer(kid: string, algorithm: AccessKey['algorithm'], key: string | Buffer): AccessRing['sign'] {
  return createSigner({ key, algorithm, kid, header: { alg: algorithm, typ: accessTokenType } })
}

function accessKey(kid: string, algorithm: AccessKey['algorithm'], key: string | Buffer): AccessKey {
  const verify = createVerifier({
    key,
    algorithms: [algorithm],
    checkTyp: accessTokenType,
    cache: false,
    ignoreExpiration: true,
    ignoreNotBefore: true,
  })
  return { kid, algorithm, key, verify }
}
