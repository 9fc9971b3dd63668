import type { TokensOptions } from '@tokenratchet/core'
import { type Fixture, fixture } from './fixture.js'

export const secret = 'TGV0IHVzIHR1cm4gdGhlIHJhdGNoZXQgb25jZSBtb3JlLi4='

interface Setup extends Fixture {
  /** The names of the events so far, which are then forgotten. */
  told(): string[]
}

/** Tokens of one secret over a memory store, both on one clock that stands still. */
export function setup(options: Partial<TokensOptions> = {}): Setup {
  const made = fixture({ secret, ...options })
  return { ...made, told: () => made.events.splice(0).map(({ type }) => type) }
}

export const invalidGrant = { code: 'ERR_INVALID_GRANT', status: 400 }

/** When an access token ends: seconds since the epoch. */
export function claimsOf(accessToken: string): { iat: number; exp: number; jti: string; sid: string } {
  return JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString())
}

/** The generation of a refresh token: bytes 37 to 42. */
export function generationOf(refreshToken: string): number {
  return Buffer.from(refreshToken, 'base64url').readUIntBE(37, 6)
}
