import { createCipheriv, randomBytes } from 'node:crypto'
import { createTokens, type TokensOptions } from '@tokenratchet/core'
import type t from 'tap'
import { base64url, derived, fixture, verdict, withoutKeyReason } from './fixture.js'

/** The key that encrypts, derived as anybody with the secret can. */
export function encryptionKey(secret: string, issuer?: string): { key: Buffer; kid: string } {
  const { key, hash } = derived(secret, 'access token A256GCM', issuer)
  return { key, kid: hash.toString('base64url', 0, 6) }
}

/** What a token is made of before it is spelled; `undefined` leaves a member of the header out. */
export interface Parts {
  header?: object
  /** The header as a text of its own. */
  text?: string
  encryptedKey?: string
  iv?: Buffer
  tagLength?: number
  inner?: string | Buffer
  key?: Buffer
}

/** An encrypted token, what is in it, and an attacker's dream: the key that encrypts, for whatever he likes. */
export async function encrypted(options: Partial<TokensOptions> = {}) {
  const made = fixture({ ...options, encryptAccessToken: true })
  const { tokens, secret, store, clock } = made
  const { encryptAccessToken: _, ...others } = { encryptAccessToken: true, ...options }
  const plain = createTokens({ ...others, secret, store, now: clock.now })
  const { accessToken: token, refreshToken, sid } = await tokens.issue({ subject: 'alice' })
  const { accessToken: signed } = await plain.issue({ subject: 'bob' })
  const { key, kid } = encryptionKey(secret, options.issuer)
  const header = { alg: 'dir', enc: 'A256GCM', cty: 'JWT', kid }
  const forge = (parts: Parts = {}): string => {
    const { encryptedKey = '', iv = randomBytes(12), tagLength = 16, inner = signed } = parts
    const protectedHeader = base64url(parts.text ?? JSON.stringify({ ...header, ...parts.header }))
    const cipher = createCipheriv('aes-256-gcm', parts.key ?? key, iv, { authTagLength: 16 })
    cipher.setAAD(Buffer.from(protectedHeader))
    const content = Buffer.concat([cipher.update(inner), cipher.final()])
    const tag = cipher.getAuthTag().subarray(0, tagLength)
    return [protectedHeader, encryptedKey, ...[iv, content, tag].map(base64url)].join('.')
  }
  return { ...made, plain, token, refreshToken, sid, signed, key, kid, header, forge }
}

type Made = Awaited<ReturnType<typeof encrypted>>

/** Each is refused, and told once; the genuine token and a forged one that is right still pass. */
export function allInvalid(
  test: Pick<typeof t, 'equal' | 'strictSame'>,
  made: Made,
  variants: unknown[],
): void {
  const { tokens, token, forge, events } = made
  events.splice(0)
  test.strictSame(
    variants.filter(variant => verdict(tokens, variant) !== 'ERR_ACCESS_TOKEN_INVALID'),
    [],
  )
  const refused = { type: 'refused', credential: 'access_token', reason: 'invalid' }
  test.strictSame(withoutKeyReason(events), Array(variants.length).fill(refused))
  test.equal(tokens.verify(token).sub, 'alice')
  test.equal(tokens.verify(forge()).sub, 'bob')
}
