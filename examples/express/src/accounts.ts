// Register, log in, who am I. Refresh, logout and revocation are Tokenratchet's own routes.
import type { Tokenratchet } from '@tokenratchet/express'
import type { Express, RequestHandler } from 'express'
import { bodyOf } from './body.js'
import { login, normaliseEmail, registration } from './credentials.js'
import { hashPassword } from './passwords.js'
import { refusal } from './refusal.js'
import { signIn } from './sign-in.js'
import type { Users } from './users.js'
import './user.js'

export function accounts(app: Express, auth: Tokenratchet, users: Users, limited: RequestHandler): void {
  app.post('/register', limited, ...bodyOf(registration), async (request, response) => {
    const { email, password } = request.body
    const user = users.add(normaliseEmail(email), await hashPassword(password))
    if (!user) {
      throw refusal(409, 'This email is registered already')
    }
    response.status(201)
    response.json({ id: user.id, email: user.email })
  })

  // For browsers: the tokens travel in cookies.
  app.post('/login', limited, ...bodyOf(login), async (request, response) => {
    const { id, email } = await signIn(users, request.body)
    const issued = await response.issueTokens({ subject: id, claims: { email }, ip: request.ip })
    response.json({ user: { id, email }, ...issued })
  })

  // For mobile and API clients: the tokens travel in the body (RFC 6749 section 5.1), and nothing in cookies.
  app.post('/token', limited, ...bodyOf(login), async (request, response) => {
    const { id, email } = await signIn(users, request.body)
    response.json(
      await response.issueTokens({ subject: id, claims: { email }, ip: request.ip, transport: 'body' }),
    )
  })

  app.get('/me', auth.authenticate, (request, response) => {
    response.set('cache-control', 'no-store')
    response.json(request.user)
  })
}
