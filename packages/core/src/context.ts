import { type VerifiedTokens, verifiedTokens } from './access-token/cache.js'
import { type AccessRing, accessRing } from './access-token/ring.js'
import { StoreUnavailableError } from './errors.js'
import { type Emit, emitter } from './events.js'
import { isStoreUnavailableError } from './is-token-error.js'
import { checkOptions, type Settings, type TokensOptions } from './options.js'
import { type RefreshRing, refreshRing } from './refresh-token/ring.js'
import { RevocationFeed } from './sessions/revocation-feed.js'
import { Revocations } from './sessions/revocations.js'
import { type CheckedStore, checkedStore, type Outage } from './store/checked/index.js'
import { memoryStore } from './store/memory/index.js'
import { warnOfTimes } from './values/times.js'
import { maxTokenInCookie } from './verbs/mint.js'
import { emitWarning, type Warn } from './warnings.js'

/** Everything the verbs share: the checked options, the keys, the known revocations and the store. */
export interface Context {
  readonly settings: Settings
  readonly accessRing: AccessRing
  readonly refreshRing: RefreshRing
  readonly verified: VerifiedTokens
  readonly revocations: Revocations
  /** Reads what other processes revoke. `undefined` for the default memory store, which no other process can reach. */
  readonly feed: RevocationFeed | undefined
  /** Seconds for which a revocation is kept: no access token is accepted for longer after its session was revoked. */
  readonly keepFor: number
  readonly emit: Emit
  /** The most characters of an access token that fit into a cookie beside its name. */
  readonly maxInCookie: number
  /**
   * The store, with its answers checked. Each failure emits one event and rejects with one error, and logs nobody out.
   */
  readonly store: CheckedStore
  /** Turns a failure of the store into a `StoreUnavailableError`, and emits its event. */
  readonly outage: Outage
}

/** Seconds by which the clocks of processes may differ. */
export const clockTolerance = 300

/** What an adapter knows and the core can't know. */
export interface Surroundings {
  /** See `Context`. */
  readonly maxInCookie?: number
  /** Prints warnings for the operator when there is no `onEvent`. Default: `process.emitWarning`. */
  readonly warn?: Warn
}

export function createContext<C extends object>(
  options: TokensOptions<C>,
  { maxInCookie = maxTokenInCookie, warn = emitWarning }: Surroundings = {},
): Context {
  const settings = checkOptions(options)
  const { secrets, issuer, now, accessTokenLifetime, maxStaleness } = settings
  const emit = emitter(settings.onEvent, warn)
  const keepFor = accessTokenLifetime + clockTolerance
  const store = settings.store ?? memoryStore({ now })
  if (settings.store === undefined && process.env['NODE_ENV'] === 'production') {
    emit({ type: 'memory_store_in_production' })
  }
  warnOfTimes(settings, emit)
  store.onWarning?.(warning => emit({ type: 'store_warning', ...warning }))
  const revocations = new Revocations(keepFor)
  const rings = { accessRing: accessRing(settings), refreshRing: refreshRing(secrets, issuer) }
  const outage: Outage = cause => {
    const error = unavailable(cause)
    emit({ type: 'store_unavailable', error })
    return error
  }
  // The feed reads once a second. So it does not emit `store_unavailable` at each failure, but `feed_stale` once.
  const feedOptions = {
    store: checkedStore(store, unavailable),
    sharding: store,
    revocations,
    keepFor,
    maxStaleness,
    emit,
  }
  return {
    settings,
    ...rings,
    verified: verifiedTokens(),
    revocations,
    feed: settings.store && new RevocationFeed(feedOptions),
    keepFor,
    emit,
    maxInCookie,
    store: checkedStore(store, outage),
    outage,
  }
}

function unavailable(cause: unknown): StoreUnavailableError {
  return isStoreUnavailableError(cause) ? cause : new StoreUnavailableError({ cause })
}
