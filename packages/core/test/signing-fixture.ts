import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createTokens, type Jwk, type SigningKey, type Tokens, type TokensOptions } from '@tokenratchet/core'
import { fixture } from './fixture.js'

export interface KeyPair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export const algorithms = ['EdDSA', 'ES256', 'RS256'] as const
export type Algorithm = (typeof algorithms)[number]

/** Read from text, as keys are: apart from the job that generated them. A run with keys of such jobs hung once. */
export function keyPair(algorithm: Algorithm): KeyPair {
  const text = generated(algorithm).privateKey.export({ type: 'pkcs8', format: 'pem' })
  return { privateKey: createPrivateKey(text), publicKey: createPublicKey(text) }
}

function generated(algorithm: Algorithm): KeyPair {
  switch (algorithm) {
    case 'EdDSA':
      return generateKeyPairSync('ed25519')
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    case 'RS256':
      return generateKeyPairSync('rsa', { modulusLength: 2048 })
  }
}

export const jwkOf = (key: KeyObject): Jwk => key.export({ format: 'jwk' })

const pem = (key: KeyObject, type: 'pkcs8' | 'sec1' | 'pkcs1' | 'spki'): string =>
  (key as { export(options: object): string | Buffer }).export({ type, format: 'pem' }).toString()

export const spki = (key: KeyObject): string => pem(key, 'spki')
export const pkcs8 = (key: KeyObject): string => pem(key, 'pkcs8')

/** What `openssl ecparam -genkey -name prime256v1` writes in front of the key. */
const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n'

/** Every way to write a private key down. */
export function privateForms(key: KeyObject): Record<string, SigningKey> {
  const { asymmetricKeyType: type } = key
  return {
    KeyObject: key,
    JWK: jwkOf(key),
    'PKCS#8': pkcs8(key),
    'with blanks around': `\n  ${pkcs8(key).replaceAll('\n', '\r\n')}\n\n`,
    ...(type === 'ec' && { SEC1: pem(key, 'sec1'), openssl: parameters + pem(key, 'sec1') }),
    ...(type === 'rsa' && { 'PKCS#1': pem(key, 'pkcs1') }),
  }
}

export function publicForms(key: KeyObject): Record<string, SigningKey> {
  return { KeyObject: key, JWK: jwkOf(key), SPKI: spki(key) }
}

/** The protected header of a token, signed or encrypted. */
export function headerOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
}

/** One secret, one store and one clock; a deployment for each set of further options. */
export function deployments() {
  const { store, clock, secret, commands } = fixture()
  const deploy = (options: Partial<TokensOptions> = {}): Tokens =>
    createTokens({ secret, ...options, store, now: clock.now })
  return { deploy, clock, secret, commands }
}
