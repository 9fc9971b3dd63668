// Register, log in, who am I. Refresh and logout are the plugin's own routes.
import type { FastifyPluginAsync } from 'fastify'
import { type Credentials, login, normaliseEmail, registration } from './credentials.js'
import { checkPassword, hashPassword } from './passwords.js'
import type { Users } from './users.js'
import './user.js'

export const accounts: FastifyPluginAsync<{ users: Users }> = async (app, { users }) => {
  app.post<{ Body: Credentials }>('/register', registration, async (request, reply) => {
    const { email, password } = request.body
    const user = users.add(normaliseEmail(email), await hashPassword(password))
    if (!user) {
      throw refusal(409, 'This email is registered already')
    }
    reply.code(201)
    return { id: user.id, email: user.email }
  })

  app.post<{ Body: Credentials }>('/login', login, async (request, reply) => {
    const { email, password } = request.body
    const user = users.find(normaliseEmail(email))
    const matches = await checkPassword(user?.passwordHash, password)
    if (!user || !matches) {
      throw refusal(401, 'Wrong email or password')
    }
    const issued = await reply.issueTokens({ subject: user.id, claims: { email: user.email } })
    return { user: { id: user.id, email: user.email }, ...issued }
  })

  app.get('/me', { config: { auth: true } }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    return request.user
  })
}

/** Fastify answers with the status and message of such an error. */
function refusal(statusCode: number, message: string): Error {
  return Object.assign(new Error(message), { statusCode })
}
