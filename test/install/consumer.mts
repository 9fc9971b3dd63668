import { createClient } from '@tokenratchet/client'
import { createTokens, type Session, type Tokens } from '@tokenratchet/core'
import { createHttpLayer } from '@tokenratchet/core/http'
import { fakeClock, storeCases } from '@tokenratchet/core/testing'
import expressTokens from '@tokenratchet/express'
import '@tokenratchet/express/user'
import fastifyTokens from '@tokenratchet/fastify'
import tokenratchetJwt from '@tokenratchet/fastify/jwt'
import '@tokenratchet/fastify/user'
import { redisStore } from '@tokenratchet/redis'
import express from 'express'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { createClient as createRedis } from 'redis'

const secret = 'a secret of thirty-two bytes, or more'
const tokens: Tokens = createTokens({ secret, now: fakeClock().now })
export const sessions: Promise<Session[]> = tokens.sessions('ada')
export const others = [storeCases, createHttpLayer({ secret }), createClient()]

const app = Fastify()
await app.register(fastifyTokens, { secret, store: redisStore(new Redis('redis://127.0.0.1')) })
await app.register(tokenratchetJwt)
app.post('/login', (_request, reply) => reply.issueTokens({ subject: 'ada' }))
app.get('/me', { config: { auth: true } }, request => request.user.sub)

const auth = expressTokens({ secret, store: redisStore(createRedis()) })
express()
  .use(auth.middleware)
  .post('/login', async (_req, res) => void res.json(await res.issueTokens({ subject: 'ada' })))
  .get('/me', auth.authenticate, (req, res) => void res.json(req.user?.sub))
// @ts-expect-error: misspelt
expressTokens({ secrets: secret })
