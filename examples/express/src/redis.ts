// The connections to Redis. The app starts without Redis, and connects when it comes.
import { Redis } from 'ioredis'

type Log = Record<'info' | 'error', (message: string) => void>

export function connect(url: string, log: Log) {
  const sessions = new Redis(url, {
    // ioredis would try a command 20 times.
    maxRetriesPerRequest: 1,
    connectTimeout: 2000,
    socketTimeout: 3000,
    retryStrategy: attempts => Math.min(attempts * 100, 1000),
  })
  // One line for each outage. Only the message: the error may hold the password.
  let isDown = false
  sessions.on('error', ({ message, code }: NodeJS.ErrnoException) => {
    if (!isDown) {
      log.error(`Redis: ${message || code}`)
    }
    isDown = true
  })
  sessions.on('ready', () => {
    if (isDown) {
      log.info('Redis is back')
    }
    isDown = false
  })
  // For the counts of attempts, for which no request should wait.
  const quick = sessions.duplicate({ commandTimeout: 500 }).on('error', () => {})
  const close = () => [sessions, quick].forEach(client => void client.disconnect())
  return { sessions, quick, close }
}
