// Sessions in Redis: they outlive this process, and several processes share them.
import type { TokenratchetOptions } from '@tokenratchet/fastify'
import { redisStore } from '@tokenratchet/redis'
import { Redis } from 'ioredis'

export interface Sessions {
  /** For Tokenratchet. */
  store: NonNullable<TokenratchetOptions['store']>
  /** A connection of its own for what nobody should wait for: a command without an answer soon fails. */
  impatient: Redis
  /** The client is ours: the store never closes it. */
  close(): void
}

/** What takes our messages: the logger of the app. */
export type Log = Record<'info' | 'error', (message: string) => void>

/** Waits for no connection: without Redis the app runs, and what needs a session is answered by 503. */
export function redisSessions(url: string, log: Log): Sessions {
  const client = new Redis(url, {
    // A lost connection is tried again once for each command, which nobody notices. ioredis would do so 20 times,
    // long after the store has given up.
    maxRetriesPerRequest: 1,
    // Milliseconds until a host that says nothing counts as down; also the store's patience.
    connectTimeout: 2000,
    // Commands without an answer for so long: the server may be gone without a word. TCP itself waits for minutes.
    socketTimeout: 3000,
    // A second after Redis is back at the latest, so are we.
    retryStrategy: attempts => Math.min(attempts * 100, 1000),
  })

  // ioredis prints errors that nobody listens to. Once for each outage, not for each attempt; and only the message, as
  // the error of a refused login to Redis holds its password.
  let outage = false
  client.on('error', (error: NodeJS.ErrnoException) => {
    if (!outage) {
      log.error(`Redis: ${error.message || error.code}`)
    }
    outage = true
  })
  client.on('ready', () => {
    if (outage) {
      log.info('Redis is back')
    }
    outage = false
  })

  const impatient = client.duplicate({ commandTimeout: 500 })
  // What is wrong has been said above.
  impatient.on('error', () => {})

  return {
    store: redisStore(client),
    impatient,
    // Not `quit`, which waits for an answer: no request is left that would want one, and Redis may be down.
    close() {
      client.disconnect()
      impatient.disconnect()
    },
  }
}
