import {
  createTokens,
  memoryStore,
  type Store,
  type TokenEvent,
  type Tokens,
  type TokensOptions,
} from '@tokenratchet/core'
import { type FakeClock, fakeClock } from '@tokenratchet/core/testing'

export const secret = 'TGV0IHVzIHR1cm4gdGhlIHJhdGNoZXQgb25jZSBtb3JlLi4='

interface Setup {
  clock: FakeClock
  store: Store
  tokens: Tokens
  events: TokenEvent[]
  /** The names of the events so far, which are then forgotten. */
  told(): string[]
}

/** Tokens over a memory store, both on one clock that stands still. */
export function setup(options: Partial<TokensOptions> = {}): Setup {
  const clock = fakeClock()
  const store = options.store ?? memoryStore({ now: clock.now })
  const events: TokenEvent[] = []
  const tokens = createTokens({
    secret,
    now: clock.now,
    onEvent: event => events.push(event),
    ...options,
    store,
  })
  return { clock, store, tokens, events, told: () => events.splice(0).map(({ type }) => type) }
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
