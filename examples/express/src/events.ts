// What Tokenratchet decides, as lines of the log. No event holds a token.
import type { TokenEvent } from '@tokenratchet/express'

type Level = 'debug' | 'info' | 'warn' | 'error'
type Log = Record<Level, (details: object, message: string) => void>

/** How important each event is. All others are warnings, such as `reused`: a stolen token, or a broken client. */
const levels: Partial<Record<TokenEvent['type'], Level>> = {
  issued: 'info',
  refreshed: 'debug',
  reissued: 'debug',
  revoked: 'info',
  evicted: 'info',
  refused: 'debug',
  feed_fresh: 'info',
  feed_stale: 'error',
  store_unavailable: 'error',
  claims_unavailable: 'error',
}

export function logEvent(log: Log, event: TokenEvent): void {
  const { type, ...details } = event
  // Another site has tried to act for a user, or has planted cookies.
  const isAttack = 'reason' in event && ['forbidden_origin', 'duplicate'].includes(event.reason)
  // Of an error only the message: the error of a Redis client may hold a password.
  const error =
    'error' in event ? { error: event.error instanceof Error ? event.error.message : 'unknown' } : {}
  const message = 'message' in event ? event.message : `Tokenratchet: ${type}`
  log[isAttack ? 'warn' : (levels[type] ?? 'warn')]({ event: type, ...details, ...error }, message)
}
