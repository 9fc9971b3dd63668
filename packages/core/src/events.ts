import { channel } from 'node:diagnostics_channel'
import type { Transport } from './refresh-token/token.js'
import type { StoreWarning } from './store/store.js'
import { type Warn, warningOf } from './warnings.js'

interface OfSession {
  sid: string
  subject: string
}

/** What is known of a reuse, to tell a thief from a client that lost its newest token. */
export interface Reuse {
  /** By how much the token is older than the newest: about the milliseconds between the two. */
  generationGap: number
  /** Milliseconds since the last rotation. */
  sinceRotation: number
  /** Whether it came from another kind of device than the login; not known without both user agents. */
  deviceChanged?: boolean
}

/**
 * Why a session ended before its time: `revoke`, `revokeAll`, a new login on top of it, the `claims` hook, or a login
 * that finished after its response was sent.
 */
export type RevocationReason = 'revoke' | 'revoke_all' | 'replaced' | 'disabled' | 'unsent'

/** Which page sent a request to which host: the headers as they came, 255 characters of each. Anybody can forge them. */
export interface Whence {
  origin?: string
  /** As it was compared with the origin: that of a trusted proxy, where there is one. */
  host?: string
}

/** Something in the options or in the application that is allowed and is probably a mistake. */
export interface ConfigWarning {
  /** For programs. */
  code:
    | 'long_access_token_lifetime'
    | 'secure_cookie_over_http'
    | 'secure_cookie_on_localhost'
    | 'await_missing'
    | 'guard_missing'
    | 'guard_before_middleware'
  /** For people: what is wrong, what it leads to, what to do. */
  message: string
}

/**
 * Why a request was refused. `sid` is there when its credential was genuine. `unknown_key` is a token that names a key
 * which is not in the ring: the key has left it, or was never there.
 */
export type Refusal =
  | { credential: 'access_token'; reason: 'missing' | 'malformed' | 'invalid' | 'unknown_key' }
  | {
      credential: 'access_token'
      /** `absent`: the store was asked and has no such session, but nothing has been heard of its end. */
      reason: 'expired' | 'revoked' | 'absent' | 'stale' | 'scope' | 'session_not_found'
      sid: string
    }
  | { credential: 'refresh_token'; reason: 'missing' | 'invalid' | 'unknown_key' }
  | { credential: 'body'; reason: 'malformed' }
  | { credential: 'refresh_token'; reason: 'transport' | 'unknown' | 'revoked' | 'scope'; sid: string }
  | ({ credential: 'cookie'; reason: 'forbidden_origin' } & Whence)
  /**
   * Several cookies of one of our names came, and none of them is known to be the user's own. The browser ignores the
   * `__Host-` prefix, and another host of the domain has planted some of them.
   */
  | { credential: 'cookie'; reason: 'duplicate' }

/**
 * One event for every security decision, without secrets. To be told of each, pass `onEvent`, or subscribe to
 * the `node:diagnostics_channel` named `tokenratchet`.
 */
export type TokenEvent =
  | ({ type: 'issued'; transport: Transport } & OfSession)
  | ({ type: 'refreshed' | 'reissued' | 'healed' } & OfSession)
  /**
   * A refresh token came back after a successor that was not its own was used: theft, or a broken client. Without
   * `subject` where the record of the session was not readable.
   */
  | ({ type: 'reused'; sid: string; subject?: string } & Reuse)
  | { type: 'revoked'; reason: RevocationReason; sid: string; subject?: string }
  /** The oldest session of a subject that reached `sessionsPerSubject`. */
  | ({ type: 'evicted' } & OfSession)
  | ({ type: 'refused' } & Refusal)
  | { type: 'store_unavailable'; error: Error }
  /**
   * For longer than `maxStaleness` nothing was heard of what other processes revoked; once for each such time. `error`
   * is why the last read failed.
   */
  | { type: 'feed_stale'; shard: number; error: Error }
  /** Heard again, and of all that was missed. */
  | { type: 'feed_fresh'; shard: number }
  /** The store had forgotten a revocation, as after a failover: it was applied again. */
  | { type: 'revocation_healed'; sid: string }
  /** The `claims` hook threw, answered something that is no claims, or did not answer in time. */
  | ({ type: 'claims_unavailable'; error: unknown } & OfSession)
  /** Once per instance and `code`. */
  | ({ type: 'config_warning' } & ConfigWarning)
  /** What the store has to warn of: its server may evict sessions, or the like. */
  | ({ type: 'store_warning' } & StoreWarning)
  /** Sessions live in this process only, and NODE_ENV is `production`. Once per instance. */
  | { type: 'memory_store_in_production' }

export type Emit = (event: TokenEvent) => void

const events = channel('tokenratchet')

/**
 * A listener that throws is reported as a process warning: it never changes what was decided.
 *
 * @param warn prints what an operator must know, where there is no listener
 */
export function emitter(onEvent: ((event: TokenEvent) => void) | undefined, warn: Warn): Emit {
  return event => {
    events.publish(event)
    if (onEvent === undefined) {
      const warning = warningOf(event)
      if (warning !== undefined) {
        warn(warning)
      }
      return
    }
    try {
      Promise.resolve(onEvent(event)).catch(warnOfListener)
    } catch (error) {
      warnOfListener(error)
    }
  }
}

function warnOfListener(error: unknown): void {
  process.emitWarning(
    `onEvent threw: ${error instanceof Error ? (error.stack ?? error.message) : typeof error}`,
    {
      code: 'TOKENRATCHET_ON_EVENT',
    },
  )
}
