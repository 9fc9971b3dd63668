// Counts what Tokenratchet decides, for Prometheus.
import type { TokenEvent } from '@tokenratchet/core'
import { Counter, Registry } from 'prom-client'

/** Counted from zero on: an alert needs the series before the first event. */
const fromTheStart: TokenEvent['type'][] = [
  'issued',
  'refreshed',
  'reissued',
  'reused',
  'evicted',
  'healed',
  'store_unavailable',
  'claims_unavailable',
  'feed_stale',
]

export function createMetrics() {
  const registry = new Registry()
  const counter = new Counter({
    name: 'tokenratchet_events_total',
    help: 'Decisions of Tokenratchet',
    // Each has few values. With a subject or a session, every user would become a time series.
    labelNames: ['type', 'reason', 'credential'],
    registers: [registry],
  })
  for (const type of fromTheStart) {
    counter.inc({ type }, 0)
  }
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    count(event: TokenEvent) {
      counter.inc({
        type: event.type,
        ...('reason' in event && { reason: event.reason }),
        ...('credential' in event && { credential: event.credential }),
      })
    },
  }
}
