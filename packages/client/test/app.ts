import tokenratchet from '@tokenratchet/fastify'
import Fastify, { type FastifyInstance } from 'fastify'

/** An application as its README shows it. */
export async function createApp(
  transport: 'cookie' | 'body',
  now: () => number,
  onEvent: (event: { type: string }) => void = () => {},
): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(tokenratchet, {
    secret: 'b2Ygbm8gdXNlIG91dHNpZGUgb2YgdGhlc2UgdGVzdHM',
    transport,
    now,
    onEvent,
  })
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.post('/login', (request, reply) => reply.issueTokens(request.body as { subject: string }))
  app.post('/password', (_request, reply) => reply.code(401).send({ error: 'wrong password' }))
  app.get('/me', { config: { auth: true } }, request => (request as unknown as { user: object }).user)
  app.post('/echo', { config: { auth: true } }, ({ headers, body }) => ({
    type: headers['content-type'],
    body,
  }))
  app.get('/leave', (_request, reply) => reply.redirect('https://other.example/'))
  await app.ready()
  return app
}
