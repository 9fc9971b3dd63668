import type { TokenEvent } from './events.js'
import { checkSecrets, type Secrets } from './keys/secret.js'
import { checkSigningKeys, type SigningKey, type SigningKeys } from './keys/signing.js'
import type { Session } from './sessions/session.js'
import type { Store } from './store/store.js'
import { checkBoolean, checkCount, checkMembers, invalid, reading } from './values/check.js'
import { type Clock, systemClock, wholeClock } from './values/clock.js'
import type { Duration } from './values/duration.js'
import { kindOf } from './values/kind.js'
import { checkText } from './values/subject.js'
import { checkTimes, type Times } from './values/times.js'

/**
 * Reloads the claims of a session at each refresh, so that a changed role gets into the next access token.
 *
 * Return the claims of the new token, `undefined` to keep those of the login, or `false` to end the session of a
 * disabled account. The result is not stored. If the hook throws, returns anything else or takes more than 5 seconds,
 * the refresh returns 503. The same refresh token may then be presented again, unless `recoveryWindow` is 0.
 *
 * @example
 * claims: async ({ subject }) => {
 *   const user = await users.find(subject)
 *   return user.isDisabled ? false : { role: user.role }
 * }
 */
export type ClaimsHook<C extends object = object> = (
  session: Session<C>,
) => C | false | undefined | Promise<C | false | undefined>

/**
 * The options of `createTokens`. Durations are whole seconds, or strings such as `'15m'`.
 *
 * @example
 * const options: TokensOptions = { secret: process.env.TOKEN_SECRET, accessTokenLifetime: '5m', issuer: 'shop' }
 */
export interface TokensOptions<C extends object = object> {
  /**
   * The secret from which every key is derived, except those in `signingKeys`: 32 random bytes or more. Without
   * `signingKeys`, anyone who knows it can sign access tokens for any user.
   *
   * An array is a ring, for changing the secret without logging anyone out: the first entry signs, every entry
   * verifies.
   *
   * @example
   * createTokens({ secret: process.env.TOKEN_SECRET }) // openssl rand -base64 32
   * createTokens({ secret: [newSecret, oldSecret] })
   */
  secret: string | readonly string[] | undefined
  /**
   * The private key that signs access tokens, so that other services can verify them with `jwks()`: EdDSA (Ed25519),
   * ES256 (P-256) or RS256 (2048 bits or more). Default: HS256 with a key derived from the secret. Refresh tokens
   * always use the secret.
   *
   * An array is a ring: the first entry signs, every entry verifies. All but the first may be public keys.
   *
   * @example
   * createTokens({ secret, signingKeys: readFileSync('signing-key.pem', 'utf8') })
   */
  signingKeys?: SigningKey | readonly SigningKey[] | undefined
  /**
   * Encrypts access tokens (JWE), so that only services with the secret can read their claims. Default: false.
   *
   * With this option unencrypted access tokens are refused, and without it encrypted ones. Changing it therefore makes
   * every client refresh once, and logs nobody out.
   *
   * @example
   * createTokens({ secret, encryptAccessToken: true })
   */
  encryptAccessToken?: boolean | undefined
  /**
   * Where sessions are kept. With the default, the memory of this process, a restart logs everyone out and other
   * processes do not know the sessions.
   *
   * @example
   * createTokens({ secret, store: redisStore(client) })
   */
  store?: Store | undefined
  /**
   * The `iss` of access tokens: a token with another issuer is refused. Keys are derived from it, so deployments with
   * different issuers refuse each other's access and refresh tokens.
   *
   * @example
   * createTokens({ secret, issuer: 'https://shop.example' })
   */
  issuer?: string | undefined
  /**
   * The `aud` of access tokens: a token for another audience is refused. Without this option `aud` is not checked.
   *
   * @example
   * createTokens({ secret, audience: 'https://api.shop.example' })
   */
  audience?: string | undefined
  /**
   * How long an access token is valid. Default: 10 minutes, or `idleTimeout` if that is shorter. It must not exceed
   * `idleTimeout`.
   *
   * @example
   * createTokens({ secret, accessTokenLifetime: '5m' })
   */
  accessTokenLifetime?: Duration | undefined
  /**
   * A session ends if it is not refreshed for this long. Default: 14 days, or `sessionLifetime` if that is shorter. It
   * must not exceed `sessionLifetime`.
   *
   * @example
   * createTokens({ secret, idleTimeout: '7d' })
   */
  idleTimeout?: Duration | undefined
  /**
   * A session ends this long after its login, however often it is refreshed. Default: 30 days.
   *
   * @example
   * createTokens({ secret, sessionLifetime: '90d' })
   */
  sessionLifetime?: Duration | undefined
  /**
   * How long a refresh token may be presented again while none of its successors has been used. Default: `idleTimeout`,
   * which it must not exceed.
   *
   * 0 is strict rotation: two tabs that refresh at once, or one lost response, then end the session and log the user
   * out.
   *
   * @example
   * createTokens({ secret, recoveryWindow: '1d' })
   */
  recoveryWindow?: Duration | undefined
  /**
   * How long this process may go without hearing about the revocations of other processes before `onStale` applies.
   * Default: 10 seconds; at least 2.
   *
   * @example
   * createTokens({ secret, store, maxStaleness: '30s' })
   */
  maxStaleness?: Duration | undefined
  /**
   * What happens to access tokens when `maxStaleness` has passed, for example because the store can't be reached.
   * `'accept'` (default) keeps accepting them: a session that another process revoked meanwhile stays valid here until
   * its access token expires. `'reject'` returns 503 until the store is reachable again.
   *
   * @example
   * createTokens({ secret, store, onStale: 'reject' })
   */
  onStale?: 'accept' | 'reject' | undefined
  /**
   * How many live sessions a subject may have. A login beyond that ends the least recently used one. Default: 100.
   *
   * @example
   * createTokens({ secret, sessionsPerSubject: 5 })
   */
  sessionsPerSubject?: number | undefined
  /**
   * Reloads the claims at each refresh, or ends the session: see `ClaimsHook`. Default: the claims of the login stay.
   *
   * @example
   * createTokens({ secret, claims: ({ subject }) => users.claimsOf(subject) })
   */
  claims?: ClaimsHook<C> | undefined
  /**
   * Receives an event for every security decision. No event contains a token. Warnings for the operator, which are
   * printed otherwise, then go only to this function.
   *
   * @example
   * createTokens({ secret, onEvent: event => logger.info(event) })
   */
  onEvent?: ((event: TokenEvent) => void) | undefined
  /**
   * The clock of the application, in milliseconds since the epoch. Default: the system clock. It has no effect on a
   * store that has its own clock, such as Redis.
   *
   * @example
   * createTokens({ secret, now: clock.now }) // const clock = fakeClock()
   */
  now?: (() => number) | undefined
}

/** The options after they were checked, with the defaults filled in. */
export interface Settings extends Times {
  /** The first entry signs, every entry verifies. */
  readonly secrets: Secrets
  readonly signingKeys: SigningKeys | undefined
  readonly encryptAccessToken: boolean
  readonly store: Store | undefined
  readonly issuer: string | undefined
  readonly audience: string | undefined
  readonly onStale: 'accept' | 'reject'
  readonly sessionsPerSubject: number
  readonly claims: ClaimsHook<object> | undefined
  readonly onEvent: ((event: TokenEvent) => void) | undefined
  readonly now: Clock
}

const names: Readonly<Record<keyof TokensOptions, true>> = {
  secret: true,
  signingKeys: true,
  encryptAccessToken: true,
  store: true,
  issuer: true,
  audience: true,
  accessTokenLifetime: true,
  idleTimeout: true,
  sessionLifetime: true,
  recoveryWindow: true,
  maxStaleness: true,
  onStale: true,
  sessionsPerSubject: true,
  claims: true,
  onEvent: true,
  now: true,
}

/** The names of all options of `createTokens`. */
export const tokensOptionNames: readonly string[] = Object.keys(names)

/**
 * Checks every option once and fills in the defaults.
 *
 * @throws TypeError that names the option
 */
export function checkOptions(options: unknown): Settings {
  const members = checkMembers('options', options, tokensOptionNames)
  const { secret, signingKeys, encryptAccessToken = false, store, issuer, audience } = members
  const { onStale = 'accept', sessionsPerSubject = 100, claims, onEvent, now = systemClock } = members
  if (onStale !== 'accept' && onStale !== 'reject') {
    throw invalid('onStale', "'accept' or 'reject'", onStale)
  }
  return {
    secrets: checkSecrets(secret),
    signingKeys: checkSigningKeys(signingKeys),
    encryptAccessToken: checkBoolean('encryptAccessToken', encryptAccessToken),
    store: store === undefined ? undefined : checkStore(store),
    issuer: issuer === undefined ? undefined : checkText('issuer', issuer),
    audience: audience === undefined ? undefined : checkText('audience', audience),
    onStale,
    sessionsPerSubject: checkCount('sessionsPerSubject', sessionsPerSubject),
    claims: checkFunction('claims', claims) as ClaimsHook<object> | undefined,
    onEvent: checkFunction('onEvent', onEvent) as Settings['onEvent'],
    now: wholeClock(now),
    ...checkTimes(members),
  }
}

function checkFunction(name: string, value: unknown): unknown {
  if (value !== undefined && typeof value !== 'function') {
    throw invalid(name, 'a function', value)
  }
  return value
}

const methods: Readonly<Record<Exclude<keyof Store, 'onWarning' | 'shards' | 'shardOf'>, true>> = {
  create: true,
  rotate: true,
  find: true,
  list: true,
  delete: true,
  deleteAll: true,
  revokedSince: true,
}

function checkStore(store: unknown): Store {
  const isMissing = (name: string): boolean =>
    typeof reading('store', () => (store as Record<string, unknown> | null)?.[name]) !== 'function'
  const missing = Object.keys(methods).find(isMissing)
  if (missing !== undefined) {
    throw new TypeError(
      `store must implement Store, as redisStore(client) does (got ${kindOf(store)} without the method ${missing})`,
    )
  }
  if (reading('store', () => (store as Store).onWarning) !== undefined && isMissing('onWarning')) {
    throw invalid('store.onWarning', 'a function, or left out', (store as Store).onWarning)
  }
  checkShards(store as Store)
  return store as Store
}

/** The number of slots of a Redis Cluster. More shards are a mistake, and each shard costs one read a second. */
const maxShards = 16_384

function checkShards(store: Store): void {
  const shards = reading('store', () => store.shards)
  const isCount = Number.isSafeInteger(shards) && (shards as number) >= 1 && (shards as number) <= maxShards
  if (shards !== undefined && !isCount) {
    throw invalid('store.shards', `a whole number from 1 to ${maxShards}, or left out`, shards)
  }
  if (shards !== undefined && shards > 1 && typeof reading('store', () => store.shardOf) !== 'function') {
    throw invalid('store.shardOf', 'a function, because store.shards is greater than 1', store.shardOf)
  }
}
