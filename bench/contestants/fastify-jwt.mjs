// As its README has it; with `cache`, with the cache of fast-jwt that it hands options to.

import { createPublicKey } from 'node:crypto'
import cookie from '@fastify/cookie'
import jwt from '@fastify/jwt'
import Fastify from 'fastify'
import { claims, each, ed25519, listenFastify, secret } from './common.mjs'

export async function start({ algorithm, cache = false }) {
  const app = Fastify()
  await app.register(cookie)
  await app.register(jwt, {
    ...keys(algorithm),
    cookie: { cookieName: 'token', signed: false },
    ...(cache && { verify: { cache: 10_000 } }),
  })
  const onRequest = request => request.jwtVerify()
  app.get('/me', { onRequest }, request => ({ id: request.user.sub }))
  return {
    ...(await listenFastify(app)),
    credentials: count =>
      each(count, index => {
        const said = claims(index)
        const token = app.jwt.sign(said, { expiresIn: '10m' })
        return {
          subject: said.sub,
          bearer: { authorization: `Bearer ${token}` },
          cookie: { cookie: `token=${token}` },
        }
      }),
  }
}

function keys(algorithm) {
  if (algorithm === 'HS256') {
    return { secret }
  }
  const key = ed25519()
  return {
    secret: {
      private: key.export({ type: 'pkcs8', format: 'pem' }),
      public: createPublicKey(key).export({ type: 'spki', format: 'pem' }),
    },
    sign: { algorithm },
  }
}
