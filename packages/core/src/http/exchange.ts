import type { Claims } from '../access-token/claims.js'
import type { TokenError } from '../errors.js'
import type { NamedSession } from '../verbs/revoke.js'
import type { Choice } from './request/duplicate-cookies.js'
import type { RawResponse } from './response/headers.js'
import type { HttpRequest } from './types.js'

/** The session that this response has begun. */
export interface BegunSession {
  readonly session: NamedSession
  readonly refreshToken: string
  readonly isInCookies: boolean
}

/** A refusal whose headers are on the response. They are sent only if the response also has this status. */
export interface PendingRefusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** The state that one instance keeps for one request and its response. */
export interface Exchange {
  /** Node's response. `undefined` if there is none, such as at a handshake. */
  response: RawResponse | undefined
  /** The claims that a guard found, or `null` if nobody is signed in. `undefined`: no guard has run. */
  claims: Claims | null | undefined
  /** The refusal that `claimsOf` throws. Its event has been emitted. */
  error: TokenError | undefined
  /** The refresh that `autoRefresh` started: at most one, however many guards the request passes. */
  refreshing: Promise<string | undefined> | undefined
  /** The refusal whose headers are on the response at the moment. */
  refusal: PendingRefusal | undefined
  /** The session that this response has begun. `undefined` once a later call in the same response has ended it. */
  begun: BegunSession | undefined
  /** The tokens that count if a cookie came more than once, and the `Cookie` header they were chosen from. */
  choice: { readonly cookie: string | undefined; readonly choice: Choice } | undefined
  /** Whether the event of duplicate cookies has been emitted. */
  hasReportedDuplicates: boolean
  /** Settles when the logins and log-outs that were called so far are done. */
  turn: Promise<void> | undefined
}

/** Finds the exchange that a request belongs to. */
export interface Exchanges {
  of(request: HttpRequest, response?: RawResponse): Exchange
}

/**
 * Creates the exchanges of one instance. Two instances in one process, such as two middlewares, share no state.
 *
 * Each exchange is a property of the request and of the response. Every guarded request pays for the lookup, and a
 * property costs less than a WeakMap.
 */
export function createExchanges(): Exchanges {
  const key = Symbol('tokenratchet.exchange')
  type Home = { [key]?: Exchange }
  return {
    of(request, response) {
      const onRequest = (request.raw ?? request) as Home
      const onResponse = response as Home | undefined
      const found = onResponse === undefined ? onRequest[key] : onResponse[key]
      if (found !== undefined) {
        return found
      }
      const exchange: Exchange = onRequest[key] ?? {
        response,
        claims: undefined,
        error: undefined,
        refreshing: undefined,
        refusal: undefined,
        begun: undefined,
        choice: undefined,
        hasReportedDuplicates: false,
        turn: undefined,
      }
      onRequest[key] = exchange
      if (onResponse !== undefined) {
        exchange.response = response
        onResponse[key] = exchange
      }
      return exchange
    },
  }
}
