// How often an address may try to sign in or up. Each attempt costs us a password hash, and a guesser nothing.
import { createHash } from 'node:crypto'
import type { RequestHandler } from 'express'
import { rateLimit } from 'express-rate-limit'
import type { Redis } from 'ioredis'
import { RedisStore, type SendCommandFn } from 'rate-limit-redis'
import { refusal } from './refusal.js'

/** What takes our messages: the logger of the app. */
export type Log = Record<'warn', (message: string) => void>

/**
 * For several routes, in front of all else. They share one count: several, and a guesser would go from one to the next.
 * Without `redis`, each process counts its own.
 */
export function limitAttempts(perMinute: number, redis: Redis | undefined, log: Log): RequestHandler {
  // Such as of a proxy that TRUST_PROXY lacks. What comes with a message is of Redis, and is in the log already.
  const tell = (error: unknown, message?: string) => message === undefined && log.warn(String(error))
  return rateLimit({
    limit: perMinute,
    windowMs: 60_000,
    // A household has many addresses of IPv6.
    ipv6Subnet: 64,
    ...(redis && { store: new RedisStore({ prefix: 'example:attempts:', sendCommand: senderTo(redis) }) }),
    // While Redis is down attempts pass, so that the routes themselves say what is wrong.
    passOnStoreError: true,
    logger: { warn: tell, error: tell },
    // Beside Retry-After.
    handler: (_request, response, next) =>
      next(refusal(429, `Too many attempts: try again in ${response.get('retry-after')} seconds`)),
  })
}

/**
 * rate-limit-redis loads its scripts once, at the start, and without Redis there and then it never would again. So they
 * are kept here, and sent whole to a Redis that lacks them.
 */
function senderTo(redis: Redis): SendCommandFn {
  const scripts = new Map<string, string>()
  return async (command = '', ...words) => {
    const [first = '', ...rest] = words
    if (command === 'SCRIPT') {
      const script = rest[0] ?? ''
      const hash = createHash('sha1').update(script).digest('hex')
      scripts.set(hash, script)
      return hash
    }
    try {
      return await send(redis, command, words)
    } catch (error) {
      const script = scripts.get(first)
      if (script === undefined || !/^NOSCRIPT/.test((error as Error).message)) {
        throw error
      }
      return send(redis, 'EVAL', [script, ...rest])
    }
  }
}

function send(redis: Redis, command: string, words: string[]): ReturnType<SendCommandFn> {
  return redis.call(command, ...words) as ReturnType<SendCommandFn>
}
