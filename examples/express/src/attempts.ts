// Limits how often an address may try to sign in or up: an attempt costs us a password hash, and a guesser nothing.
import { rateLimit, type Store } from 'express-rate-limit'
import type { Redis } from 'ioredis'
import { refusal } from './refusal.js'

/** For several routes, which share one count. With `redis`, all processes count together. */
export function limitAttempts(perMinute: number, redis?: Redis) {
  return rateLimit({
    limit: perMinute,
    windowMs: 60_000,
    ipv6Subnet: 64,
    ...(redis && { store: countIn(redis) }),
    // While Redis is down, nothing is counted.
    passOnStoreError: true,
    logger: { warn() {}, error() {} },
    handler: (_request, response, next) =>
      next(refusal(429, `Too many attempts: try again in ${response.get('retry-after')} seconds`)),
  })
}

function countIn(redis: Redis): Store {
  return {
    async increment(address) {
      const key = `attempts:${address}`
      const answers = await redis.multi().set(key, 0, 'EX', 60, 'NX').incr(key).pttl(key).exec()
      const [, totalHits, milliseconds] = (answers ?? []).map(([, answer]) => Number(answer))
      return { totalHits: totalHits ?? 0, resetTime: new Date(Date.now() + (milliseconds ?? 0)) }
    },
    decrement() {},
    resetKey() {},
  }
}
