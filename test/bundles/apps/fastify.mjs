import tokenratchet from '@tokenratchet/fastify'
import tokenratchetJwt from '@tokenratchet/fastify/jwt'
import Fastify from 'fastify'
import { visit } from './visit.mjs'

async function main() {
  const app = Fastify()
  await app.register(tokenratchet, { secret: 'a secret of thirty-two bytes, or more' })
  await app.register(tokenratchetJwt)
  app.post('/login', (_request, reply) => reply.issueTokens({ subject: 'ada', transport: 'body' }))
  app.get('/me', { config: { auth: true } }, request => request.user)
  app.get('/jwt', request => request.jwtVerify())
  console.log(await visit(await app.listen({ port: 0 }), ['/me', '/jwt']))
  await app.close()
}

void main()
