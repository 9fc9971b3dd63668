import { channel } from 'node:diagnostics_channel'
import type { Transport } from './refresh-token/token.js'
import type { StoreWarning } from './store/store.js'
import { type Warn, warningOf } from './warnings.js'

interface OfSession {
  sid: string
  subject: string
}

/** What is known about a reuse. It helps to tell a thief from a client that lost its newest token. */
export interface Reuse {
  /** How far the token's generation is behind the newest one: about the milliseconds between the two. */
  generationGap: number
  /** Milliseconds since the last rotation. */
  sinceRotation: number
  /** Whether it came from another kind of device than the login. Left out unless both user agents are known. */
  deviceChanged?: boolean
}

/**
 * Why a session ended before its deadline: `revoke`, `revokeAll`, a new login that replaced it, the `claims` hook
 * (`disabled`), or a login that finished after its response was sent (`unsent`).
 *
 * @example
 * if (event.type === 'revoked' && event.reason === 'disabled') logger.info(event.sid)
 */
export type RevocationReason = 'revoke' | 'revoke_all' | 'replaced' | 'disabled' | 'unsent'

/**
 * Which page sent a request to which host: the request headers, cut to 255 characters each. A client can forge them.
 */
export interface Whence {
  origin?: string
  /** The host that the origin was compared with: the one a trusted proxy reported, if there is one. */
  host?: string
}

/**
 * A setting of the options or the application that is allowed but is probably a mistake.
 *
 * @example
 * if (event.type === 'config_warning') logger.warn(event.message)
 */
export interface ConfigWarning {
  /** The kind of mistake, for programs. */
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
 * Which credential was refused, and why. `sid` is present when the credential was genuine. `unknown_key` means that the
 * token names a key which is not in the ring: the key was removed, or was never in it.
 *
 * @example
 * if (event.type === 'refused' && event.reason === 'forbidden_origin') logger.warn(event)
 */
export type Refusal =
  | { credential: 'access_token'; reason: 'missing' | 'malformed' | 'invalid' | 'unknown_key' }
  | {
      credential: 'access_token'
      /** `absent`: the store does not have the session, and no announcement of its end has been read. */
      reason: 'expired' | 'revoked' | 'absent' | 'stale' | 'scope' | 'session_not_found'
      sid: string
    }
  | { credential: 'refresh_token'; reason: 'missing' | 'invalid' | 'unknown_key' }
  | { credential: 'body'; reason: 'malformed' }
  | { credential: 'refresh_token'; reason: 'transport' | 'unknown' | 'revoked' | 'scope'; sid: string }
  | ({ credential: 'cookie'; reason: 'forbidden_origin' } & Whence)
  /**
   * Several cookies with the same name came, and none is known to be the user's own. This browser ignores the `__Host-`
   * prefix, and another host of the domain has planted some of them.
   */
  | { credential: 'cookie'; reason: 'duplicate' }

/**
 * One event for every security decision. Events contain no secrets. To receive them, pass `onEvent`, or subscribe to
 * the `node:diagnostics_channel` named `tokenratchet`.
 *
 * @example
 * onEvent: event => {
 *   if (event.type === 'reused') alertSecurity(`Stolen token? Session ${event.sid} has ended`)
 * }
 */
export type TokenEvent =
  | ({ type: 'issued'; transport: Transport } & OfSession)
  | ({ type: 'refreshed' | 'reissued' | 'healed' } & OfSession)
  /**
   * A refresh token came back after a successor that was not its own was used: theft, or a broken client. The session
   * has ended. `subject` is left out if the record of the session could not be read.
   */
  | ({ type: 'reused'; sid: string; subject?: string } & Reuse)
  | { type: 'revoked'; reason: RevocationReason; sid: string; subject?: string }
  /** A login exceeded `sessionsPerSubject`, so the subject's least recently used session was ended. */
  | ({ type: 'evicted' } & OfSession)
  | ({ type: 'refused' } & Refusal)
  | { type: 'store_unavailable'; error: Error }
  /**
   * Nothing was heard about the revocations of other processes for longer than `maxStaleness`. Emitted once for each
   * such period; `error` is why the last read failed.
   */
  | { type: 'feed_stale'; shard: number; error: Error }
  /** The shard was read again, with every revocation that had been missed. */
  | { type: 'feed_fresh'; shard: number }
  /** The store had lost a revocation, for example in a failover. It was applied again. */
  | { type: 'revocation_healed'; sid: string }
  /**
   * The `claims` hook threw, did not answer in time, or returned claims that are invalid or do not fit into a token.
   */
  | ({ type: 'claims_unavailable'; error: unknown } & OfSession)
  /** Once per instance and `code`. */
  | ({ type: 'config_warning' } & ConfigWarning)
  /** The store reports a problem, for example that its server may evict sessions. */
  | ({ type: 'store_warning' } & StoreWarning)
  /** Sessions are kept in this process only, and NODE_ENV is `production`. Once per instance. */
  | { type: 'memory_store_in_production' }

export type Emit = (event: TokenEvent) => void

const events = channel('tokenratchet')

/**
 * Emits events to the channel and to the listener. A listener that throws never changes a decision: it is reported as a
 * process warning.
 *
 * @param warn prints warnings for the operator if there is no listener
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
