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

/** What the verbs work with. */
export interface Context {
  readonly settings: Settings
  readonly accessRing: AccessRing
  readonly refreshRing: RefreshRing
  readonly verified: VerifiedTokens
  readonly revocations: Revocations
  /** What other processes revoke; nobody else can in the memory store that comes by default. */
  readonly feed: RevocationFeed | undefined
  /** Seconds: no access token is accepted for longer after its session was revoked. */
  readonly keepFor: number
  readonly emit: Emit
  /** Characters of an access token that fit into a cookie beside its name. */
  readonly maxInCookie: number
  /** Its failures are outages: one event, one error each, and nobody is logged out by it. */
  readonly store: CheckedStore
  /** Makes an outage of what is wrong with the store, and emits its event. */
  readonly outage: Outage
}

/** Seconds by which the clocks of processes may differ. */
export const clockTolerance = 300

/** What an adapter knows, and the core alone does not. */
export interface Surroundings {
  /** As `Context` has it. */
  readonly maxInCookie?: number
  /** What prints warnings for people when there is no `onEvent`. Default: `process.emitWarning`. */
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
  // The feed asks each second. It tells of an outage by events of its own, once.
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
