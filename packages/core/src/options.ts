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
 * Reloads what an access token says, at each refresh. Answers the claims of the new token, `undefined` to keep those
 * of the login, or `false` to end the session of an account that is disabled. A throw, another answer, or none within
 * 5 seconds is answered by 503, and the same refresh token may be presented again (unless `recoveryWindow` is 0). The
 * result is not stored.
 */
export type ClaimsHook<C extends object> = (
  session: Session<C>,
) => C | false | undefined | Promise<C | false | undefined>

/** What `createTokens` takes. Durations are whole seconds or strings such as `'15m'`. */
export interface TokensOptions<C extends object = object> {
  /** 32 random bytes or more; or a ring, of which the first signs and all verify. Every key is derived from it. */
  secret: string | readonly string[] | undefined
  /**
   * Access tokens are signed by this key, EdDSA (Ed25519), ES256 (P-256) or RS256 (2048 bits or more), instead of HS256
   * from the secret, so that others can verify them with `jwks()`. Or a ring, of which the first signs and all verify;
   * the others may be public keys. Refresh tokens stay with the secret.
   */
  signingKeys?: SigningKey | readonly SigningKey[] | undefined
  /**
   * Wraps each access token in a JWE, so that nobody but those who have the secret can read its claims. Default false.
   * One that is not encrypted is then refused, and an encrypted one without this: to switch it makes every client
   * refresh once, and logs nobody out.
   */
  encryptAccessToken?: boolean | undefined
  /** Where sessions live. Default: the memory of this process. */
  store?: Store | undefined
  /** `iss` of access tokens, checked when set; deployments with different issuers refuse each other's tokens. */
  issuer?: string | undefined
  /** `aud` of access tokens, checked when set. */
  audience?: string | undefined
  /** Default 10 minutes. */
  accessTokenLifetime?: Duration | undefined
  /** A session ends when it is not refreshed for so long. Default 14 days. */
  idleTimeout?: Duration | undefined
  /** A session ends after this, whatever happens. Default 30 days. */
  sessionLifetime?: Duration | undefined
  /**
   * How long a refresh token whose successors are unused may be presented again. Default: the idle timeout. 0 is
   * strict rotation: two tabs that refresh at once, or one lost answer, then end the session.
   */
  recoveryWindow?: Duration | undefined
  /** How old the view of what other processes revoked may be before `onStale` decides. From 2 s up; default 10 s. */
  maxStaleness?: Duration | undefined
  /**
   * When it is older, as in a partition from the store: `accept` (default) goes on with what is known, `reject`
   * answers access tokens by 503 until the store is heard of again.
   */
  onStale?: 'accept' | 'reject' | undefined
  /** Live sessions of one subject. At one more, the one unused for longest ends. Default 100. */
  sessionsPerSubject?: number | undefined
  claims?: ClaimsHook<C> | undefined
  /** Told of every security decision; never sees a token. */
  onEvent?: ((event: TokenEvent) => void) | undefined
  /** The app's clock, milliseconds since the epoch. Default: the system's. */
  now?: (() => number) | undefined
}

/** Options after the check. */
export interface Settings extends Times {
  /** The first signs, all verify. */
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

/** What `createTokens` takes. */
export const tokensOptionNames: readonly string[] = Object.keys(names)

/**
 * Checks every option once.
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

/** More shards than slots of a Cluster are a mistake, and would be as many reads a second. */
const maxShards = 16_384

function checkShards(store: Store): void {
  const shards = reading('store', () => store.shards)
  const isCount = Number.isSafeInteger(shards) && (shards as number) >= 1 && (shards as number) <= maxShards
  if (shards !== undefined && !isCount) {
    throw invalid('store.shards', `a whole number from 1 to ${maxShards}, or left out`, shards)
  }
  if (shards !== undefined && shards > 1 && typeof reading('store', () => store.shardOf) !== 'function') {
    throw invalid('store.shardOf', 'a function, where there are several shards', store.shardOf)
  }
}
