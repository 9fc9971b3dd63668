// As its README shows, with a key that was made before: the session itself is in the cookie, encrypted.

import { randomBytes } from 'node:crypto'
import session from '@fastify/secure-session'
import Fastify from 'fastify'
import { cookieOf, each, listenFastify, subject } from './common.mjs'

export async function start() {
  const app = Fastify()
  await app.register(session, { key: randomBytes(32) })
  app.post('/login', request => {
    request.session.set('user', { id: request.body.id, role: 'member' })
    return {}
  })
  const onRequest = (request, reply, done) =>
    request.session.get('user') === undefined ? reply.code(401).send({}) : done()
  app.get('/me', { onRequest }, request => ({ id: request.session.get('user').id }))
  return {
    ...(await listenFastify(app)),
    credentials: count =>
      each(count, async index => {
        const id = subject(index)
        const answer = await app.inject({ method: 'POST', url: '/login', payload: { id } })
        return { subject: id, cookie: { cookie: cookieOf(answer) } }
      }),
  }
}
