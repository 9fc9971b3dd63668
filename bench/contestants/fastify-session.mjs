// As its README has it, with connect-redis.

import cookie from '@fastify/cookie'
import session from '@fastify/session'
import { RedisStore } from 'connect-redis'
import Fastify from 'fastify'
import { cookieOf, each, listenFastify, nodeRedis, secret, subject } from './common.mjs'

export async function start({ redis }) {
  const app = Fastify()
  await app.register(cookie)
  await app.register(session, {
    secret,
    store: new RedisStore({ client: await nodeRedis(redis) }),
    cookie: { secure: false },
    saveUninitialized: false,
  })
  app.post('/login', request => {
    request.session.user = { id: request.body.id, role: 'member' }
    return {}
  })
  const onRequest = async (request, reply) => {
    if (request.session.user === undefined) {
      return reply.code(401).send({})
    }
  }
  app.get('/me', { onRequest }, request => ({ id: request.session.user.id }))
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
