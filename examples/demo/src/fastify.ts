// The demo on Fastify.
import serveFiles from '@fastify/static'
import tokenratchet, { isTokenError } from '@tokenratchet/fastify'
import Fastify, { type FastifyBaseLogger, type FastifyError, type FastifyRequest } from 'fastify'
import type { Demo, Visitor } from './demo.js'
import { securityHeaders } from './headers.js'
import { clientFolder, pageFolder } from './page.js'
import { answerTo } from './refusal.js'
import { routesOf } from './routes.js'
import type { App } from './server.js'
import './user.js'

export async function onFastify(demo: Demo): Promise<App> {
  const app = Fastify({ loggerInstance: demo.log as FastifyBaseLogger, bodyLimit: 8 * 1024 })
  app.addHook('onRequest', async (_request, reply) => void reply.headers(securityHeaders))
  // Before the server waits for open responses.
  app.addHook('preClose', async () => demo.watch.close())
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
  await app.register(tokenratchet, { ...demo.tokens, onEvent: demo.onEvent })

  for (const { method, path, isGuarded = false, answer } of routesOf(demo)) {
    app[method](path, { config: { auth: isGuarded } }, async (request, reply) => {
      const { thief = '' } = request.params as { thief?: string }
      const { status, headers, body } = await answer({
        body: request.body,
        ip: request.ip,
        cookie: request.headers.cookie,
        thief,
        place: placeOf(request),
        visitor: request.user as Visitor,
        issueTokens: grant => reply.issueTokens(grant),
      })
      return reply
        .code(status)
        .headers({ 'cache-control': 'no-store', ...headers })
        .send(body)
    })
  }
  app.get('/demo/events', { config: { auth: true } }, (request, reply) => {
    reply.hijack()
    reply.raw.setHeaders(new Map(Object.entries(reply.getHeaders() as Record<string, string>)))
    demo.watch.stream(request.user as Visitor, reply.raw)
  })

  await app.register(serveFiles, { root: pageFolder })
  await app.register(serveFiles, {
    root: clientFolder,
    prefix: '/client/',
    allowedPath: path => path.endsWith('.js'),
    decorateReply: false,
  })
  return {
    server: app.server,
    listen: async address => void (await app.listen(address)),
    close: async () => app.close(),
  }
}

function placeOf({ socket, headers }: FastifyRequest) {
  return { address: socket.localAddress, port: socket.localPort, userAgent: headers['user-agent'] }
}
