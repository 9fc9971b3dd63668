import tokenratchet from '@tokenratchet/fastify'
import Fastify, { type FastifyInstance } from 'fastify'
import { accounts } from './accounts.js'
import { limitAttempts } from './attempts.js'
import type { Config } from './config.js'
import { createDemo } from './demo.js'
import { demoRoutes } from './demo-routes.js'
import { answerError, answerUnrouted } from './errors.js'
import { tokenEvents } from './events.js'
import { securityHeaders } from './headers.js'
import { page } from './page.js'
import { redisSessions } from './sessions.js'
import { openUsers } from './users.js'

/** The whole app, ready to listen. Throws a TypeError that names a bad token option. */
export async function buildApp(config: Config, logger = false): Promise<FastifyInstance> {
  const app = Fastify({
    logger,
    bodyLimit: 8 * 1024,
    trustProxy: config.trustProxy,
    // Nobody holds a connection by never finishing a request.
    requestTimeout: 30_000,
    // A number is no password: what is not a string is refused rather than turned into one.
    ajv: { customOptions: { coerceTypes: false } },
    // What can't be routed, such as `/%`, comes past no hook.
    frameworkErrors: answerUnrouted,
  })
  // Bodies are JSON.
  app.removeContentTypeParser('text/plain')
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(securityHeaders)
  })
  app.addHook('onSend', async (_request, reply) => {
    // While the server stops, no connection is kept for another request: it would hold the process.
    if (!app.server.listening) {
      reply.header('connection', 'close')
    }
  })
  app.setErrorHandler(answerError)
  const sessions = config.redisUrl === undefined ? undefined : redisSessions(config.redisUrl, app.log)
  // This and the next after the last request has been answered.
  app.addHook('onClose', async () => sessions?.close())
  const events = tokenEvents(app.log)
  const demo = config.demo ? createDemo(config.tokens) : undefined
  await app.register(tokenratchet, {
    ...config.tokens,
    ...(sessions && { store: sessions.store }),
    onEvent(event) {
      events.onEvent(event)
      demo?.watch.onEvent(event)
    },
  })
  const users = openUsers(config.databaseFile)
  app.addHook('onClose', async () => users.close())
  await limitAttempts(app, config.signInLimit, sessions?.impatient)
  await app.register(accounts, { users })
  if (config.metrics) {
    app.get('/metrics', async (_request, reply) => {
      reply.type(events.contentType)
      return events.metrics()
    })
  }
  if (demo) {
    await app.register(demoRoutes, { demo })
  }
  await app.register(page)
  return app
}
