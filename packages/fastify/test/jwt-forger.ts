// Tokens with the genuine keys of an application, whatever they say: an attacker's dream.
import { createCipheriv, createHmac, type KeyObject, randomBytes, sign as signBy } from 'node:crypto'
import { createTokens } from '@tokenratchet/core'
import type { FakeClock } from '@tokenratchet/core/testing'
import { base64url, derived } from '../../core/test/fixture.js'
import { type Algorithm, headerOf, keyPair } from '../../core/test/signing-fixture.js'

export interface Keys {
  readonly secret: string
  readonly signingKeys?: KeyObject
  readonly encryptAccessToken?: boolean
}

export const randomKeys = (algorithm: Algorithm | 'HS256', encryptAccessToken = false): Keys => ({
  secret: randomBytes(32).toString('base64url'),
  ...(algorithm !== 'HS256' && { signingKeys: keyPair(algorithm).privateKey }),
  encryptAccessToken,
})

export interface Forger {
  /** A token that is right but for what is given; `undefined` leaves a member out. */
  forge(header?: object, claims?: object): string
  /** The token of segments as they are given, with or without their genuine signature. */
  spell(header: string, payload: string, signature?: string): string
  readonly header: object
  readonly claims: object
}

export async function forger(keys: Keys, clock: FakeClock): Promise<Forger> {
  const plain = createTokens({ ...keys, encryptAccessToken: false, now: clock.now })
  const { accessToken } = await plain.issue({ subject: 'ada' })
  const header = headerOf(accessToken)
  const claims = plain.verify(accessToken)
  const spell: Forger['spell'] = (head, payload, signature) => {
    const input = `${head}.${payload}`
    const signed = `${input}.${signature ?? signatureOf(keys, input)}`
    return keys.encryptAccessToken ? encrypted(keys, signed) : signed
  }
  return {
    header,
    claims,
    spell,
    forge: (more, other) =>
      spell(
        base64url(JSON.stringify({ ...header, ...more })),
        base64url(JSON.stringify({ ...claims, ...other })),
      ),
  }
}

function signatureOf({ secret, signingKeys: key }: Keys, input: string): string {
  if (key === undefined) {
    return createHmac('sha256', derived(secret, 'access token HS256').key).update(input).digest('base64url')
  }
  const hash = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  return signBy(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
}

function encrypted({ secret }: Keys, signed: string): string {
  const { key, hash } = derived(secret, 'access token A256GCM')
  const kid = hash.toString('base64url', 0, 6)
  const header = base64url(JSON.stringify({ alg: 'dir', enc: 'A256GCM', cty: 'JWT', kid }))
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: 16 }).setAAD(Buffer.from(header))
  const content = Buffer.concat([cipher.update(signed), cipher.final()])
  return [header, '', ...[iv, content, cipher.getAuthTag()].map(base64url)].join('.')
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The same bytes in another spelling: with a bit that decoders drop. Of whole triples there is none. */
export function misspelt(segment: string): string {
  const last = alphabet.indexOf(segment.slice(-1))
  return segment.length % 4 === 0 ? `${segment}=` : `${segment.slice(0, -1)}${alphabet[last + 1]}`
}
