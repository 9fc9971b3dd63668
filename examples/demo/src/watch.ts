// Streams the events of Tokenratchet to the user whose sessions they are about.
import type { ServerResponse } from 'node:http'
import type { TokenEvent } from '@tokenratchet/core'

/** The part of an event that the page shows. No event holds a token. */
export interface Watched {
  type: TokenEvent['type']
  sid: string
  reason?: string
}

export interface Watch {
  /** For Tokenratchet. */
  onEvent(event: TokenEvent): void
  /** Makes a user the owner of a session, for events that name no user. */
  own(sid: string, subject: string): void
  /** Collects the events of a session while `run` runs. */
  during<T>(sid: string, run: () => Promise<T>): Promise<{ result: T; events: Watched[] }>
  /** Sends the events of a user as server-sent events, until the user's session ends. */
  stream(visitor: { sub: string; sid: string }, response: ServerResponse): void
  /** Ends all streams. Otherwise the server would wait for them when it stops. */
  close(): void
}

interface Listener {
  hear(event: Watched, subject: string): void
  end?(): void
}

// If there are more, the oldest are forgotten.
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
        // An idle connection would delay the stop of the server.
        connection: 'close',
      })
      if (closed || response.req.method === 'HEAD') {
        response.end()
        return
      }
      own(sid, sub)
      const end = () => {
        // At once: a write after the end is an error.
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
      // Without a first chunk, the browser does not know that the stream is open.
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

/** The events that end a session. */
const ends = new Set<TokenEvent['type']>(['reused', 'revoked', 'evicted'])
