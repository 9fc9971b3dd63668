// Limits how often an address may try to sign in or up: an attempt costs us a password hash, and a guesser nothing.
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import type { Redis } from 'ioredis'
import { refusal } from './refusal.js'

/** Adds `app.rateLimit()`, with one count for all its routes. With `redis`, all processes count together. */
export async function limitAttempts(app: FastifyInstance, perMinute: number, redis?: Redis): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    max: perMinute,
    timeWindow: '1 minute',
    ...(redis && { redis, nameSpace: 'attempts:' }),
    // While Redis is down, nothing is counted.
    skipOnError: true,
    errorResponseBuilder: (_request, { ttl }) =>
      refusal(429, `Too many attempts: try again in ${Math.ceil(ttl / 1000)} seconds`),
  })
}
