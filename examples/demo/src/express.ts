// The demo on Express.
import { once } from 'node:events'
import { createServer } from 'node:http'
import tokenratchet from '@tokenratchet/express'
import express, { type ErrorRequestHandler, type Request } from 'express'
import type { Demo, Visitor } from './demo.js'
import { securityHeaders } from './headers.js'
import { clientFolder, pageFolder } from './page.js'
import { answerTo, refusal } from './refusal.js'
import { routesOf } from './routes.js'
import type { App } from './server.js'
import './user.js'

export async function onExpress(demo: Demo): Promise<App> {
  const app = express()
  app.disable('x-powered-by').disable('etag')
  const auth = tokenratchet({ ...demo.tokens, onEvent: demo.onEvent })
  app.use((request, response, next) => {
    response.set(securityHeaders)
    response.once('close', () => {
      const { method, originalUrl: url } = request
      demo.log.info({ method, url, statusCode: response.statusCode }, 'request completed')
    })
    next()
  })
  app.use(auth.middleware, express.json({ limit: 8 * 1024 }))

  for (const { method, path, isGuarded, answer } of routesOf(demo)) {
    app[method](path, ...(isGuarded ? [auth.authenticate] : []), async (request, response) => {
      const { thief = '' } = request.params as { thief?: string }
      const { status, headers, body } = await answer({
        body: request.body,
        ip: request.ip,
        cookie: request.headers.cookie,
        thief,
        place: placeOf(request),
        visitor: request.user as Visitor,
        issueTokens: grant => response.issueTokens(grant),
      })
      response.status(status).set({ 'cache-control': 'no-store', ...headers })
      response.send(body)
    })
  }
  app.get('/demo/events', auth.authenticate, (request, response) =>
    demo.watch.stream(request.user as Visitor, response),
  )

  app.use(express.static(pageFolder))
  const client = express.static(clientFolder)
  app.use('/client', (request, response, next) =>
    request.path.endsWith('.js') ? client(request, response, next) : next(),
  )
  app.use(() => {
    throw refusal(404, 'Not Found')
  })
  app.use(auth.errorHandler(), answerErrorOf(demo))

  const server = createServer(app)
  return {
    server,
    listen: async address => void (await once(server.listen(address), 'listening')),
    async close() {
      const closed = once(server, 'close')
      server.close()
      demo.watch.close()
      await closed
      await auth.close()
    },
  }
}

/** Express recognises an error handler by its four parameters. */
function answerErrorOf({ log }: Demo): ErrorRequestHandler {
  return (error, _request, response, next) => {
    if (response.headersSent) {
      return next(error)
    }
    const answer = answerTo(error)
    if (answer.statusCode === 500) {
      log.error(error)
    }
    response.status(answer.statusCode).type('json').json(answer)
  }
}

function placeOf({ socket, headers }: Request) {
  return { address: socket.localAddress, port: socket.localPort, userAgent: headers['user-agent'] }
}
