// For `--demo`: what Tokenratchet decides, as it decides it, told to the user whose sessions it is about.
import type { ServerResponse } from 'node:http'
import type { TokenEvent } from '@tokenratchet/core'

/** An event without what is of no use on a page. No event has a token in it. */
export interface Watched {
  type: TokenEvent['type']
  sid: string
  reason?: string
}

export interface Watch {
  /** For Tokenratchet. */
  onEvent(event: TokenEvent): void
  /** Events of this session are for this user, though they don't name one. */
  own(sid: string, subject: string): void
  /** What was decided about a session while something ran. */
  during<T>(sid: string, run: () => Promise<T>): Promise<{ result: T; events: Watched[] }>
  /** Server-sent events of one user, until this session ends. */
  stream(visitor: { sub: string; sid: string }, response: ServerResponse): void
  /** Ends all streams: the server waits for open responses when it stops. */
  close(): void
}

interface Listener {
  hear(event: Watched, subject: string): void
  end?(): void
}

// The oldest go.
const mostSessions = 10_000
const mostStreams = 100

export function watch(): Watch {
  const subjects = new Map<string, string>()
  const listeners = new Set<Listener>()
  let closed = false

  function own(sid: string, subject: string): void {
    subjects.delete(sid)
    subjects.set(sid, subject)
    const [oldest] = subjects.keys()
    if (subjects.size > mostSessions && oldest !== undefined) {
      subjects.delete(oldest)
    }
  }

  return {
    own,
    onEvent(event) {
      if (!('sid' in event)) {
        return
      }
      const { type, sid } = event
      if ('subject' in event && event.subject !== undefined) {
        own(sid, event.subject)
      }
      const subject = subjects.get(sid)
      if (subject !== undefined) {
        const watched = { type, sid, ...('reason' in event && { reason: event.reason }) }
        for (const listener of listeners) {
          listener.hear(watched, subject)
        }
      }
    },
    async during(sid, run) {
      const events: Watched[] = []
      const listener: Listener = { hear: event => event.sid === sid && events.push(event) }
      listeners.add(listener)
      try {
        return { result: await run(), events }
      } finally {
        listeners.delete(listener)
      }
    },
    stream({ sub, sid }, response) {
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        // Nothing else is asked on it, and it would hold the stop.
        connection: 'close',
      })
      if (closed || response.req.method === 'HEAD') {
        response.end()
        return
      }
      own(sid, sub)
      const end = () => {
        // Not only when it has closed: until then there may be more to hear, and a write after the end is an error.
        listeners.delete(listener)
        response.end()
      }
      const listener: Listener = {
        hear(event, subject) {
          if (subject !== sub) {
            return
          }
          response.write(`data: ${JSON.stringify(event)}\n\n`)
          if (event.sid === sid && ends.has(event.type)) {
            end()
          }
        },
        end,
      }
      response.once('close', () => listeners.delete(listener))
      listeners.add(listener)
      // At once, so that the browser knows it is listening.
      response.write(':\n\n')
      const streams = [...listeners].filter(({ end }) => end)
      for (const oldest of streams.slice(0, -mostStreams)) {
        oldest.end?.()
      }
    },
    close() {
      closed = true
      for (const { end } of listeners) {
        end?.()
      }
    },
  }
}

/** What leaves nothing of a session to watch. */
const ends = new Set<TokenEvent['type']>(['reused', 'revoked', 'evicted'])
