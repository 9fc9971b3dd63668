import type { Claims } from '../access-token/claims.js'
import type { NamedSession } from '../verbs/revoke.js'
import type { RawResponse } from './headers.js'
import type { HttpRequest } from './types.js'

/** The session that this response has begun, as long as nothing later in the same response has ended it. */
export interface BegunSession {
  readonly session: NamedSession
  readonly refreshToken: string
  readonly isInCookies: boolean
}

/** A refusal whose headers are on the response. They leave with it only if it also has this status. */
export interface PendingRefusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** All that one instance remembers of one request and its response. */
export interface Exchange {
  /** Node's response. `undefined` where there is none, as at a handshake. */
  response: RawResponse | undefined
  /** The claims that a guard found, or `null` for nobody. `undefined`: no guard has run. */
  claims: Claims | null | undefined
  /** The refresh by `autoRefresh`: at most one, however many guards the request passes. */
  refreshing: Promise<string | undefined> | undefined
  refusal: PendingRefusal | undefined
  begun: BegunSession | undefined
  /** Settles when the logins and log-outs that were called so far are done. */
  turn: Promise<void> | undefined
}

/** Finds the exchange that a request belongs to. */
export interface Exchanges {
  of(request: HttpRequest, response?: RawResponse): Exchange
}

/**
 * Exchanges of one instance. Two instances in one process, such as two middlewares, see nothing of each other.
 *
 * Each exchange is a property of the response and of the request: a WeakMap costs every guarded request many times as
 * much.
 */
export function createExchanges(): Exchanges {
  const key = Symbol('tokenratchet.exchange')
  type Home = { [key]?: Exchange }
  return {
    of(request, response) {
      const home = (request.raw ?? request) as Home
      const answer = response as Home | undefined
      const found = answer === undefined ? home[key] : answer[key]
      if (found !== undefined) {
        return found
      }
      const exchange: Exchange = home[key] ?? {
        response,
        claims: undefined,
        refreshing: undefined,
        refusal: undefined,
        begun: undefined,
        turn: undefined,
      }
      home[key] = exchange
      if (answer !== undefined) {
        exchange.response = response
        answer[key] = exchange
      }
      return exchange
    },
  }
}
