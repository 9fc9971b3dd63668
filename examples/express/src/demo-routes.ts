// For `--demo`: the routes that the page plays with. No other site can: what changes something is guarded, or needs a name
// that nobody guesses.
import type { Tokenratchet } from '@tokenratchet/express'
import type { Express, Request } from 'express'
import type { Demo, Visitor } from './demo.js'
import type { Place } from './demo-thief.js'
import './user.js'

export function demoRoutes(app: Express, auth: Tokenratchet, demo: Demo): void {
  const guarded = auth.authenticate
  app.use('/demo', (_request, response, next) => {
    response.set('cache-control', 'no-store')
    next()
  })

  // Tells the page that the others are there.
  app.get('/demo', (_request, response) => void response.status(204).end())

  app.post('/demo/expire', guarded, async (request, response) => {
    response.set('set-cookie', await demo.expiredCookie(visitorOf(request)))
    response.status(204).end()
  })

  app.post('/demo/thief', guarded, (request, response) => {
    response.status(201)
    response.json({ thief: demo.thieves.copy(visitorOf(request).sid, request.headers.cookie) })
  })

  // Not guarded: he goes on when the visitor's access token has expired, or the session is over.
  app.post('/demo/thief/:thief/refresh', async (request, response) => {
    response.json(await demo.thieves.refresh(request.params.thief, placeOf(request)))
  })
  app.post('/demo/thief/:thief/me', async (request, response) => {
    response.json(await demo.thieves.me(request.params.thief, placeOf(request)))
  })

  app.get('/demo/events', guarded, (request, response) => demo.watch.stream(visitorOf(request), response))
}

function visitorOf({ user }: Request): Visitor {
  return user as Visitor
}

function placeOf({ socket, headers }: Pick<Request, 'socket' | 'headers'>): Place {
  return { address: socket.localAddress, port: socket.localPort, userAgent: headers['user-agent'] }
}
