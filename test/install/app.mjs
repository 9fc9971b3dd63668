// Logs in and asks for a guarded route, on both frameworks, with sessions in Redis by both of its clients.
import { once } from 'node:events'
import expressTokens from '@tokenratchet/express'
import fastifyTokens from '@tokenratchet/fastify'
import fastifyJwt from '@tokenratchet/fastify/jwt'
import { redisStore } from '@tokenratchet/redis'
import express from 'express'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { createClient } from 'redis'

const url = `redis://127.0.0.1:${process.argv[2]}`
const secret = 'a secret of thirty-two bytes, or more'
const passed = []

const ioredis = new Redis(url)
const app = Fastify()
await app.register(fastifyTokens, { secret, store: redisStore(ioredis) })
await app.register(fastifyJwt)
app.post('/login', (_request, reply) => reply.issueTokens({ subject: 'ada', transport: 'body' }))
app.get('/me', { config: { auth: true } }, request => request.user)
app.get('/jwt', request => request.jwtVerify())
await visit(await app.listen({ port: 0 }), ['/me', '/jwt'])
passed.push('fastify', '@fastify/jwt')

const redis = await createClient({ url }).connect()
const auth = expressTokens({ secret, store: redisStore(redis) })
const server = express()
  .use(auth.middleware)
  .post('/login', (_req, res, next) => {
    res.issueTokens({ subject: 'ada', transport: 'body' }).then(tokens => res.json(tokens), next)
  })
  .get('/me', auth.authenticate, (req, res) => res.json(req.user))
  .use(auth.errorHandler())
  .listen(0)
await once(server, 'listening')
await visit(`http://127.0.0.1:${server.address().port}`)
passed.push('express', 'ioredis', 'redis')

console.log(passed.join(', '))
await app.close()
server.close()
await auth.tokens.close()
ioredis.disconnect()
await redis.close()

async function visit(base, guarded = ['/me']) {
  const post = body => ({ method: 'POST', body: new URLSearchParams(body) })
  const login = await (await fetch(`${base}/login`, { method: 'POST' })).json()
  const refresh = { grant_type: 'refresh_token', refresh_token: login.refresh_token }
  const tokens = await (await fetch(`${base}/auth/refresh`, post(refresh))).json()
  const headers = { authorization: `Bearer ${tokens.access_token}` }
  for (const path of guarded) {
    const { status } = await fetch(base + path)
    const me = await (await fetch(base + path, { headers })).json()
    if (status !== 401 || me.sub !== 'ada') {
      throw new Error(`${path} ${status} ${JSON.stringify({ login, tokens, me })}`)
    }
  }
}
