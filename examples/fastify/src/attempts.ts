// How often an address may try to sign in or up. Each attempt costs us a password hash, and a guesser nothing.
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import type { Redis } from 'ioredis'
import { refusal } from './refusal.js'

/**
 * Makes `app.rateLimit()`, one count for all routes that it guards: several, and a guesser would go from one to the
 * next. Without `redis`, each process counts its own.
 */
export async function limitAttempts(
  app: FastifyInstance,
  perMinute: number,
  redis: Redis | undefined,
): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    max: perMinute,
    timeWindow: '1 minute',
    ...(redis && { redis, nameSpace: 'example:attempts:' }),
    // While Redis is down attempts pass, so that the routes themselves say what is wrong.
    skipOnError: true,
    // Beside Retry-After.
    errorResponseBuilder: (_request, { ttl }) =>
      refusal(429, `Too many attempts: try again in ${Math.ceil(ttl / 1000)} seconds`),
  })
}
