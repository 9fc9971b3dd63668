// Register, log in, who am I. Refresh, logout and revocation are Tokenratchet's own routes.
import type { FastifyPluginAsync } from 'fastify'
import { bodyOf } from './body.js'
import { type Credentials, login, normaliseEmail, registration } from './credentials.js'
import { hashPassword } from './passwords.js'
import { refusal } from './refusal.js'
import { signIn } from './sign-in.js'
import type { Users } from './users.js'
import './user.js'

export const accounts: FastifyPluginAsync<{ users: Users }> = async (app, { users }) => {
  const limited = { onRequest: app.rateLimit() }

  app.post<{ Body: Credentials }>(
    '/register',
    { ...limited, ...bodyOf(registration) },
    async (request, reply) => {
      const { email, password } = request.body
      const user = users.add(normaliseEmail(email), await hashPassword(password))
      if (!user) {
        throw refusal(409, 'This email is registered already')
      }
      reply.code(201)
      return { id: user.id, email: user.email }
    },
  )

  // For browsers: the tokens travel in cookies.
  app.post<{ Body: Credentials }>('/login', { ...limited, ...bodyOf(login) }, async (request, reply) => {
    const { id, email } = await signIn(users, request.body)
    const issued = await reply.issueTokens({ subject: id, claims: { email }, ip: request.ip })
    return { user: { id, email }, ...issued }
  })

  // For mobile and API clients: the tokens travel in the body (RFC 6749 section 5.1), and nothing in cookies.
  app.post<{ Body: Credentials }>('/token', { ...limited, ...bodyOf(login) }, async (request, reply) => {
    const { id, email } = await signIn(users, request.body)
    return reply.issueTokens({ subject: id, claims: { email }, ip: request.ip, transport: 'body' })
  })

  app.get('/me', { config: { auth: true } }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    return request.user
  })
}
