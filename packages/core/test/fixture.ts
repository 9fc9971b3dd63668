import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import {
  createTokens,
  memoryStore,
  type Store,
  type TokenError,
  type TokenEvent,
  type Tokens,
  type TokensOptions,
} from '@tokenratchet/core'
import { type FakeClock, fakeClock } from '@tokenratchet/core/testing'

export const randomSecret = (): string => randomBytes(32).toString('base64')

/** What a store was asked, and what it answered. */
export interface Command {
  readonly method: string
  readonly given: readonly unknown[]
  answer?: unknown
}

/** A store of the caller's that notes every command, but for the feed's: that is read by a timer. */
export function recorded(store: Store, commands: Command[]): Store {
  const methods = Object.entries(store).map(([method, run]) => [
    method,
    async (...given: unknown[]) => {
      const command: Command = { method, given }
      if (method !== 'revokedSince') {
        commands.push(command)
      }
      command.answer = await run(...given)
      return command.answer
    },
  ])
  return Object.fromEntries(methods) as Store
}

export interface Fixture {
  readonly tokens: Tokens
  readonly clock: FakeClock
  readonly secret: string
  readonly store: Store
  readonly commands: Command[]
  readonly events: TokenEvent[]
}

/** An instance with a random secret, a clock that stands still, and a note of every command and event. */
export function fixture(options: Partial<TokensOptions> = {}): Fixture {
  const clock = fakeClock()
  const { secret = randomSecret() } = options
  const commands: Command[] = []
  const events: TokenEvent[] = []
  const store = recorded(options.store ?? memoryStore({ now: clock.now }), commands)
  const onEvent = (event: TokenEvent): void => void events.push(event)
  const tokens = createTokens({ now: clock.now, onEvent, ...options, secret, store })
  return { tokens, clock, secret: `${secret}`, store, commands, events }
}

const texts: Record<string, string> = {
  ERR_ACCESS_TOKEN_INVALID: 'The access token is invalid',
  ERR_ACCESS_TOKEN_EXPIRED: 'The access token has expired',
  ERR_ACCESS_TOKEN_REVOKED: 'The access token has been revoked',
  ERR_INVALID_GRANT: 'The refresh token is invalid',
}

/** The code of a refusal, when its text is the constant of the code (R16); anything else spelled out. */
function codeOf(error: unknown): string {
  const { name, code, message, cause } = error as TokenError
  const constant = name === 'TokenError' && message === texts[code] && cause === undefined
  return constant ? code : `${name} ${code}: ${message}`
}

/** What `verify` makes of it: a code, or `accepted`. */
export function verdict(tokens: Tokens, accessToken: unknown): string {
  try {
    tokens.verify(accessToken as string)
    return 'accepted'
  } catch (error) {
    return codeOf(error)
  }
}

export async function outcome(promise: Promise<unknown>): Promise<string> {
  return promise.then(() => 'accepted', codeOf)
}

/** Events as they are for a client, which is not told whether garbage named a key of ours. */
export function withoutKeyReason(events: readonly TokenEvent[]): object[] {
  return events.map(event =>
    'reason' in event && event.reason === 'unknown_key' ? { ...event, reason: 'invalid' } : event,
  )
}

/** The keys of docs/protocol.md, derived as anybody with the secret can. */
export function derived(secret: string, use: string, issuer = ''): { key: Buffer; hash: Buffer } {
  const key = Buffer.from(hkdfSync('sha256', secret, '', `tokenratchet 1 ${use}\n${issuer}`, 32))
  return { key, hash: createHash('sha256').update(key).digest() }
}

export const base64url = (text: string | Buffer): string => Buffer.from(text).toString('base64url')

/** Signs access tokens with the genuine key, whatever they say: segments as they are given. */
export function forger(secret: string, issuer?: string) {
  const { key, hash } = derived(secret, 'access token HS256', issuer)
  const sign = (header: string, payload: string, algorithm = 'sha256'): string => {
    const signature = createHmac(algorithm, key).update(`${header}.${payload}`).digest('base64url')
    return `${header}.${payload}.${signature}`
  }
  return { sign, kid: hash.toString('base64url', 0, 6) }
}
