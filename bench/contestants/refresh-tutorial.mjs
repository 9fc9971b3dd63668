// What tutorials teach: the refresh token is a JWT too, and the last one of a user is in Redis. No race is thought of.

import { randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import jwt from 'jsonwebtoken'
import { connect } from '../redis-server.mjs'
import { claims, each, listenFastify, rsa, shared, subject } from './common.mjs'

const lifetime = 14 * 24 * 3600

export async function start({ redis, algorithm, keyObject }) {
  const { publicKey, privateKey } = algorithm === 'RS256' ? rsa() : shared(keyObject)
  const app = Fastify()
  const client = connect(redis)
  // Contestants of several processes share the users.
  const prefix = randomUUID()

  const issue = async id => {
    const said = { ...claims(0), sub: id }
    const accessToken = jwt.sign(said, privateKey, { algorithm, expiresIn: '10m' })
    const refreshToken = jwt.sign(said, privateKey, { algorithm, expiresIn: lifetime })
    await client.set(`${prefix}:${id}`, refreshToken, 'EX', lifetime)
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: 600,
      refresh_token: refreshToken,
    }
  }
  app.post('/login', ({ body }) => issue(body.id))
  app.post('/auth/refresh', async ({ body }, reply) => {
    const { sub } = jwt.verify(body.refresh_token, publicKey, { algorithms: [algorithm] })
    if ((await client.get(`${prefix}:${sub}`)) !== body.refresh_token) {
      return reply.code(400).send({})
    }
    return issue(sub)
  })
  return {
    ...(await listenFastify(app)),
    credentials: count =>
      each(count, async index => ({ refresh_token: (await issue(subject(index))).refresh_token })),
  }
}
