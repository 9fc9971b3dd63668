// For `--demo`: the routes that the page plays with. No other site can: what changes something is guarded, or needs a name
// that nobody guesses.
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { Demo, Visitor } from './demo.js'
import type { Place } from './demo-thief.js'
import './user.js'

export const demoRoutes: FastifyPluginAsync<{ demo: Demo }> = async (app, { demo }) => {
  const guarded = { config: { auth: true } }
  // Before the server waits for open responses.
  app.addHook('preClose', async () => demo.watch.close())
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })

  // Tells the page that the others are there.
  app.get('/demo', async (_request, reply) => reply.code(204).send())

  app.post('/demo/expire', guarded, async (request, reply) => {
    reply.header('set-cookie', await demo.expiredCookie(visitorOf(request)))
    return reply.code(204).send()
  })

  app.post('/demo/thief', guarded, async (request, reply) => {
    reply.code(201)
    return { thief: demo.thieves.copy(visitorOf(request).sid, request.headers.cookie) }
  })

  // Not guarded: he goes on when the visitor's access token has expired, or the session is over.
  app.post<OfThief>('/demo/thief/:thief/refresh', request =>
    demo.thieves.refresh(request.params.thief, placeOf(request)),
  )
  app.post<OfThief>('/demo/thief/:thief/me', request =>
    demo.thieves.me(request.params.thief, placeOf(request)),
  )

  app.get('/demo/events', guarded, (request, reply) => {
    reply.hijack()
    reply.raw.setHeaders(new Map(Object.entries(reply.getHeaders() as Record<string, string>)))
    demo.watch.stream(visitorOf(request), reply.raw)
  })
}

interface OfThief {
  Params: { thief: string }
}

function visitorOf({ user }: FastifyRequest): Visitor {
  return user as Visitor
}

function placeOf({ socket, headers }: Pick<FastifyRequest, 'socket' | 'headers'>): Place {
  return { address: socket.localAddress, port: socket.localPort, userAgent: headers['user-agent'] }
}
