import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import serveFiles from '@fastify/static'
import tokenratchet, { isTokenError } from '@tokenratchet/fastify'
import { redisStore } from '@tokenratchet/redis'
import Fastify, { type FastifyError, type FastifyReply } from 'fastify'
import { accounts } from './accounts.js'
import { limitAttempts } from './attempts.js'
import type { Config } from './config.js'
import { logEvent } from './events.js'
import { securityHeaders } from './headers.js'
import { connect } from './redis.js'
import { answerTo } from './refusal.js'
import { openUsers } from './users.js'

/** @throws TypeError that names an invalid option of Tokenratchet */
export async function buildApp(config: Config) {
  const app = Fastify({
    logger: { level: config.logLevel },
    bodyLimit: 8 * 1024,
    trustProxy: config.trustProxy,
    requestTimeout: 30_000,
    // For addresses that can't be routed, such as `/%`, no hook runs.
    frameworkErrors: (error, _request, reply: FastifyReply) =>
      void reply.headers(securityHeaders).send(error),
  })
  app.removeContentTypeParser('text/plain')
  app.addHook('onRequest', async (_request, reply) => void reply.headers(securityHeaders))
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    if (isTokenError(error)) {
      return reply.send(error)
    }
    const answer = answerTo(error)
    if (answer.statusCode === 500) {
      request.log.error(error)
    }
    return reply.code(answer.statusCode).send(answer)
  })

  const redis = config.redisUrl === undefined ? undefined : connect(config.redisUrl, app.log)
  // Hooks of `onClose` run in reverse order, after the last response.
  app.addHook('onClose', async () => redis?.close())
  await app.register(tokenratchet, {
    ...config.tokens,
    store: redis && redisStore(redis.sessions),
    onEvent: event => logEvent(app.log, event),
  })
  const users = openUsers(config.databaseFile)
  app.addHook('onClose', async () => users.close())
  await limitAttempts(app, config.signInLimit, redis?.quick)
  await app.register(accounts, { users })

  // The page, and the client that it imports.
  const client = dirname(fileURLToPath(import.meta.resolve('@tokenratchet/client')))
  await app.register(serveFiles, { root: fileURLToPath(new URL('../public', import.meta.url)) })
  await app.register(serveFiles, { root: client, prefix: '/client/', decorateReply: false })
  return app
}
