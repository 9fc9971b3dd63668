import { once } from 'node:events'
import { createServer } from 'node:http'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import tokenratchet from '@tokenratchet/express'
import { redisStore } from '@tokenratchet/redis'
import express, { type ErrorRequestHandler } from 'express'
import { pinoHttp } from 'pino-http'
import { accounts } from './accounts.js'
import { limitAttempts } from './attempts.js'
import type { Config } from './config.js'
import { logEvent } from './events.js'
import { securityHeaders } from './headers.js'
import { connect } from './redis.js'
import { answerTo, refusal } from './refusal.js'
import { openUsers } from './users.js'

/** @throws TypeError that names an invalid option of Tokenratchet */
export async function buildApp(config: Config) {
  const app = express()
  app.disable('x-powered-by').disable('etag').set('trust proxy', config.trustProxy)
  // No headers in the log: some hold tokens.
  const log = pinoHttp({
    level: config.logLevel,
    customLogLevel: (_request, { statusCode }) => (statusCode >= 500 ? 'error' : 'info'),
    serializers: {
      req: ({ method, url, remoteAddress }) => ({ method, url, remoteAddress }),
      res: ({ statusCode }) => ({ statusCode }),
    },
  })
  app.use(log, (_request, response, next) => {
    response.set(securityHeaders)
    next()
  })

  const redis = config.redisUrl === undefined ? undefined : connect(config.redisUrl, log.logger)
  const auth = tokenratchet({
    ...config.tokens,
    store: redis && redisStore(redis.sessions),
    onEvent: event => logEvent(log.logger, event),
  })
  const users = openUsers(config.databaseFile)
  app.use(auth.middleware, express.json({ limit: 8 * 1024 }))
  accounts(app, auth, users, limitAttempts(config.signInLimit, redis?.quick))

  // The page, and the client that it imports.
  app.use(express.static(fileURLToPath(new URL('../public', import.meta.url))))
  app.use('/client', express.static(dirname(fileURLToPath(import.meta.resolve('@tokenratchet/client')))))
  app.use(request => {
    throw refusal(404, `Route ${request.method}:${request.originalUrl} not found`)
  })
  app.use(auth.errorHandler(), answerError)

  const server = createServer({ requestTimeout: 30_000 }, app)
  return {
    server,
    async listen(address: { host: string; port: number }) {
      await once(server.listen(address), 'listening')
    },
    /** Resolves after the last response. */
    async close() {
      await new Promise(resolve => server.close(resolve))
      users.close()
      await auth.close()
      redis?.close()
    },
  }
}

/** Express recognises an error handler by its four parameters. */
const answerError: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) {
    return next(error)
  }
  const answer = answerTo(error)
  if (answer.statusCode === 500) {
    // For the log.
    response.err = error
  }
  response.status(answer.statusCode).type('json').json(answer)
}
