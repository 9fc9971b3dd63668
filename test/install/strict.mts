// Compiled with the declarations of all libraries checked. Each error that it expects shows that something is typed.
import { generateKeyPairSync, webcrypto } from 'node:crypto'
import { createClient } from '@tokenratchet/client'
import { createTokens, isTokenError, type SigningKey } from '@tokenratchet/core'
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

declare module '@tokenratchet/fastify/user' {
  interface User {
    role: 'admin' | 'member'
  }
}

const secret = 'a secret of thirty-two bytes, or more'
const { privateKey } = generateKeyPairSync('ed25519')
const cryptoKey = {} as webcrypto.CryptoKey
const signingKeys: SigningKey[] = [
  privateKey,
  privateKey.export({ format: 'jwk' }),
  await webcrypto.subtle.exportKey('jwk', cryptoKey),
  { kty: 'OKP', crv: 'Ed25519', x: '', d: '', kid: 'ours' },
]
const tokens = createTokens({ secret, signingKeys, now: fakeClock().now })
export const sid: string = tokens.verify('').sid
// @ts-expect-error: not a key
createTokens({ secret, signingKeys: { crv: 25519 } })
// @ts-expect-error: no such property
tokens.verify('').misspelt
// @ts-expect-error: no such property
storeCases[0]?.misspelt
// @ts-expect-error: no such property
fakeClock().misspelt
// @ts-expect-error: no such option
createHttpLayer({ secret, misspelt: true })
// @ts-expect-error: no such property
createClient().misspelt

const app = Fastify()
await app.register(fastifyTokens, { secret, store: redisStore({} as never) })
await app.register(tokenratchetJwt)
// @ts-expect-error: not a function without arguments
await tokenratchetJwt()
app.post('/login', (_request, reply) => reply.issueTokens({ subject: 'ada', claims: { role: 'admin' } }))
app.get('/me', { config: { auth: true }, onRequest: app.authenticate }, request => request.user.role)
// @ts-expect-error: no such property
app.get('/typo', request => request.user.misspelt)
app.setErrorHandler((error, _request, reply) => {
  const status: number = isTokenError(error) ? error.status : 500
  return reply.code(status).send()
})

const auth = expressTokens({ secret })
express()
  .use(auth.middleware)
  .post('/login', async (_req, res) => void res.json(await res.issueTokens({ subject: 'ada' })))
  .get('/me', auth.authenticate, (req, res) => void res.json(req.user?.sub))
  // @ts-expect-error: no such property
  .get('/typo', auth.authenticate, (req, res) => void res.json(req.user?.misspelt))
  .use(auth.errorHandler())
