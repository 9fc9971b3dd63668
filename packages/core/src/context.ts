import { type VerifiedTokens, verifiedTokens } from './access-token/cache.js'
import { type AccessRing, accessRing } from './access-token/ring.js'
import { StoreUnavailableError } from './errors.js'
import { type Publish, publisher } from './events.js'
import { isStoreUnavailableError } from './is-token-error.js'
import { checkOptions, type Settings, type TokensOptions } from './options.js'
import { type RefreshRing, refreshRing } from './refresh-token/ring.js'
import { RevocationFeed } from './revocation-feed.js'
import { Revocations } from './revocations.js'
import { memoryStore } from './store/memory.js'
import type { Store } from './store/store.js'
import { warnOfTimes } from './times.js'
import { longestInCookie } from './verbs/mint.js'
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
  readonly publishFor: number
  readonly publish: Publish
  /** Characters of an access token that fit into a cookie beside its name. */
  readonly maxInCookie: number
  /** Asks the store. Whatever it throws is an outage: one event, one error, and nobody is logged out by it. */
  readonly ask: <T>(question: (store: Store) => Promise<T>) => Promise<T>
}

/**
 * A decision of the store, for use within `ask`: a command that ran too late decided nothing.
 *
 * @throws StoreUnavailableError
 */
export function decided<T extends { readonly outcome: string }>(answer: T): Exclude<T, { outcome: 'late' }> {
  if (answer.outcome === 'late') {
    throw new StoreUnavailableError()
  }
  return answer as Exclude<T, { outcome: 'late' }>
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
  { maxInCookie = longestInCookie, warn = emitWarning }: Surroundings = {},
): Context {
  const settings = checkOptions(options)
  const { secrets, issuer, now, accessTokenLifetime, maxStaleness } = settings
  const publish = publisher(settings.onEvent, warn)
  const publishFor = accessTokenLifetime + clockTolerance
  const store = settings.store ?? memoryStore({ now })
  if (settings.store === undefined && process.env['NODE_ENV'] === 'production') {
    publish({ type: 'memory_store_in_production' })
  }
  warnOfTimes(settings, publish)
  store.onWarning?.(warning => publish({ type: 'store_warning', ...warning }))
  const revocations = new Revocations(publishFor)
  const rings = { accessRing: accessRing(settings), refreshRing: refreshRing(secrets, issuer) }
  const feed = settings.store && new RevocationFeed({ store, revocations, publishFor, maxStaleness, publish })
  return {
    settings,
    ...rings,
    verified: verifiedTokens(),
    revocations,
    feed,
    publishFor,
    publish,
    maxInCookie,
    async ask(question) {
      try {
        return await question(store)
      } catch (cause) {
        const error = isStoreUnavailableError(cause) ? cause : new StoreUnavailableError({ cause })
        publish({ type: 'store_unavailable', error })
        throw error
      }
    },
  }
}
