// Register, log in, who am I. Tokenratchet registers the routes for refreshes, log-outs and sessions: /auth/...
import type { FastifyPluginAsync } from 'fastify'
import { credentialsOf } from './credentials.js'
import type { Users } from './users.js'
import './user.js'

export const accounts: FastifyPluginAsync<{ users: Users }> = async (app, { users }) => {
  const limited = { onRequest: app.rateLimit() }

  app.post('/register', limited, async (request, reply) => {
    reply.code(201)
    return users.register(credentialsOf(request.body, 8))
  })

  // For browsers: the tokens are in cookies that no script can read.
  app.post('/login', limited, async (request, reply) => {
    const user = await users.signIn(credentialsOf(request.body, 0))
    const issued = await reply.issueTokens({
      subject: user.id,
      claims: { email: user.email },
      ip: request.ip,
    })
    return { user, ...issued }
  })

  // For mobile and API clients: the tokens are in the response body.
  app.post('/token', limited, async (request, reply) => {
    const { id, email } = await users.signIn(credentialsOf(request.body, 0))
    return reply.issueTokens({ subject: id, claims: { email }, ip: request.ip, transport: 'body' })
  })

  app.get('/me', { config: { auth: true } }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    return request.user
  })
}
