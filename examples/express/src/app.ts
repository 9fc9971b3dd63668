import tokenratchet from '@tokenratchet/express'
import express from 'express'
import { accounts } from './accounts.js'
import { limitAttempts } from './attempts.js'
import type { Config } from './config.js'
import { createDemo } from './demo.js'
import { demoRoutes } from './demo-routes.js'
import { answerError, notFound } from './errors.js'
import { tokenEvents } from './events.js'
import { securityHeaders } from './headers.js'
import { type App, listener } from './listener.js'
import { requestLog } from './log.js'
import { client, page } from './page.js'
import { redisSessions } from './sessions.js'
import { openUsers } from './users.js'

/** The whole app, ready to listen. Throws a TypeError that names a bad token option. */
export async function buildApp(config: Config, logger = false): Promise<App> {
  const app = express()
  app.disable('x-powered-by')
  // `/me` is never answered by 304.
  app.disable('etag')
  app.enable('case sensitive routing')
  app.enable('strict routing')
  app.set('trust proxy', config.trustProxy)
  const log = requestLog(logger)
  app.use(log)
  app.use((_request, response, next) => {
    response.set(securityHeaders)
    next()
  })
  const sessions = config.redisUrl === undefined ? undefined : redisSessions(config.redisUrl, log.logger)
  const events = tokenEvents(log.logger)
  const demo = config.demo ? createDemo(config.tokens) : undefined
  const auth = tokenratchet({
    ...config.tokens,
    ...(sessions && { store: sessions.store }),
    onEvent(event) {
      events.onEvent(event)
      demo?.watch.onEvent(event)
    },
  })
  app.use(auth.middleware)
  const users = openUsers(config.databaseFile)
  const limited = limitAttempts(config.signInLimit, sessions?.impatient, log.logger)
  accounts(app, auth, users, limited)
  if (config.metrics) {
    app.get('/metrics', async (_request, response) => {
      response.type(events.contentType)
      response.send(await events.metrics())
    })
  }
  if (demo) {
    demoRoutes(app, auth, demo)
  }
  app.use(page())
  app.use('/client', client())
  app.use(notFound)
  app.use(auth.errorHandler())
  app.use(answerError)
  return listener(app, {
    stop: () => demo?.watch.close(),
    async release() {
      users.close()
      await auth.close()
      sessions?.close()
    },
  })
}
