import tokenratchet from '@tokenratchet/fastify'
import Fastify from 'fastify'
import { each, listenFastify, subject } from './common.mjs'
import { options } from './ours.mjs'

export async function start(settings) {
  const app = Fastify()
  await app.register(tokenratchet, { ...options(settings), transport: 'body' })
  app.post('/login', (request, reply) =>
    reply.issueTokens({ subject: request.body.id, claims: { role: 'member' } }),
  )
  return {
    ...(await listenFastify(app)),
    credentials: count =>
      each(count, async index => {
        const { refreshToken } = await app.tokens.issue({
          subject: subject(index),
          claims: { role: 'member' },
          transport: 'body',
        })
        return { refresh_token: refreshToken }
      }),
  }
}
