// What Tokenratchet decides, for whoever runs the app: a line of the log, and a number to watch.
import type { TokenratchetOptions } from '@tokenratchet/express'
import { Counter, Registry } from 'prom-client'

type OnEvent = NonNullable<TokenratchetOptions['onEvent']>
type TokenEvent = Parameters<OnEvent>[0]
type Level = 'debug' | 'info' | 'warn' | 'error'

/** What takes our messages: the logger of the app. */
export type Log = Record<Level, (details: object, message: string) => void>

export interface Events {
  /** For Tokenratchet. */
  onEvent: OnEvent
  /** In the text format of Prometheus, and its `Content-Type`. */
  metrics(): Promise<string>
  contentType: string
}

/** How loud each is. `debug` is what happens all day, and is counted only unless the logger is set to show it. */
const levels: Record<TokenEvent['type'], Level> = {
  issued: 'info',
  refreshed: 'debug',
  reissued: 'debug',
  revoked: 'info',
  evicted: 'info',
  refused: 'debug',
  // Theft, or a broken client.
  reused: 'warn',
  // The store has lost a write.
  healed: 'warn',
  revocation_healed: 'warn',
  store_warning: 'warn',
  config_warning: 'warn',
  memory_store_in_production: 'warn',
  store_unavailable: 'error',
  claims_unavailable: 'error',
  feed_stale: 'error',
  feed_fresh: 'info',
}

export function tokenEvents(log: Log): Events {
  // Not the registry of the whole process: each app counts its own.
  const registry = new Registry()
  const counter = new Counter({
    name: 'tokenratchet_events_total',
    help: 'Decisions of Tokenratchet',
    // Few values each. A subject or a session would make a time series of its own, for ever.
    labelNames: ['type', 'reason', 'credential'],
    registers: [registry],
  })
  // From zero on: an alert sees the first one only if the series was there before it.
  for (const type of Object.keys(levels).filter(type => type !== 'refused' && type !== 'revoked')) {
    counter.inc({ type }, 0)
  }
  return {
    onEvent(event) {
      counter.inc(labelsOf(event))
      const { type, ...details } = event
      log[levelOf(event)]({ event: type, ...withoutInsides(details) }, messageOf(event))
    },
    metrics: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

function labelsOf(event: TokenEvent): Record<string, string> {
  const { type } = event
  return {
    type,
    ...('reason' in event && { reason: event.reason }),
    ...('credential' in event && { credential: event.credential }),
  }
}

function levelOf(event: TokenEvent): Level {
  // Another site has tried to act for a user, or `trustedOrigins` lacks one of yours. Or a sibling has planted cookies.
  const reasons: readonly string[] = ['forbidden_origin', 'duplicate']
  const isAttack = event.type === 'refused' && reasons.includes(event.reason)
  return isAttack ? 'warn' : levels[event.type]
}

/** Of an error only its message: the members of a client's error may hold the command that failed, with a password. */
function withoutInsides(details: object): object {
  return 'error' in details ? { ...details, error: textOf(details.error) } : details
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : typeof error
}

function messageOf(event: TokenEvent): string {
  return 'message' in event ? event.message : `Tokenratchet: ${event.type}`
}
