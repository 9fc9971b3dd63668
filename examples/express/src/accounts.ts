// Register, log in, who am I. Tokenratchet registers the routes for refreshes, log-outs and sessions: /auth/...
import type { Tokenratchet } from '@tokenratchet/express'
import type { Express, RequestHandler } from 'express'
import { credentialsOf } from './credentials.js'
import type { Users } from './users.js'
import './user.js'

export function accounts(app: Express, auth: Tokenratchet, users: Users, limited: RequestHandler): void {
  app.post('/register', limited, async (request, response) => {
    response.status(201).json(await users.register(credentialsOf(request.body, 8)))
  })

  // For browsers: the tokens are in cookies that no script can read.
  app.post('/login', limited, async (request, response) => {
    const user = await users.signIn(credentialsOf(request.body, 0))
    const claims = { email: user.email }
    response.json({ user, ...(await response.issueTokens({ subject: user.id, claims, ip: request.ip })) })
  })

  // For mobile and API clients: the tokens are in the response body.
  app.post('/token', limited, async (request, response) => {
    const { id, email } = await users.signIn(credentialsOf(request.body, 0))
    response.json(
      await response.issueTokens({ subject: id, claims: { email }, ip: request.ip, transport: 'body' }),
    )
  })

  app.get('/me', auth.authenticate, (request, response) => {
    response.set('cache-control', 'no-store').json(request.user)
  })
}
