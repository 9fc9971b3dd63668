// Programs that applications write. A comment at the end of a line announces the error that the compiler must find.

const begin = `
import tokenratchet from '@tokenratchet/fastify'
import Fastify from 'fastify'

const app = Fastify()
await app.register(tokenratchet, { secret: process.env['TOKEN_SECRET'] })
`

const ownClaims = `
import '@tokenratchet/fastify/user'

declare module '@tokenratchet/fastify/user' {
  interface User {
    role: 'admin' | 'member'
  }
}
`

/** The files of each program, by what it shows. */
export const programs: Record<string, Record<string, string>> = {
  'the main entry types what the plugin adds, but for request.user': {
    'app.mts': `${begin}
app.get('/me', { config: { auth: true } }, async request => request.user) // TS2339
app.get('/maybe', { config: { auth: 'optional' } }, async () => 1)
app.get('/no', { config: { auth: undefined }, onRequest: app.authenticate }, async () => 1)
app.addHook('onRequest', app.authenticate)
app.addHook('preHandler', app.authenticate)
app.get('/awaited', async (request, reply) => await app.authenticate(request, reply))
app.get('/wrong', { config: { auth: 'sometimes' } }, async () => 1) // TS2322
app.post('/login', async (_request, reply) => {
  const { expires_in } = await reply.issueTokens({ subject: 'ada', claims: { role: 'admin' } })
  const seconds: number = expires_in
  const text: string = expires_in // TS2322
  await reply.revokeTokens()
  await reply.issueTokens({}) // TS2769
  await reply.issueTokens({ subject: 'ada', transport: 'header' }) // TS2769
  return { seconds, text }
})
app.post('/token', async (_request, reply) => {
  const inCookies = await reply.issueTokens({ subject: 'ada' })
  const maybe: string = inCookies.access_token // TS2322
  const inBody = await reply.issueTokens({ subject: 'ada', scope: 'read', transport: 'body' })
  const texts: [string, string, 'Bearer'] = [inBody.access_token, inBody.refresh_token, inBody.token_type]
  return { maybe, texts, seconds: inBody.expires_in, scope: inBody.scope ?? '' }
})
const sid: string = app.tokens.verify('').sid
const [session] = await app.tokens.sessions('ada')
const date: Date | undefined = session?.usedAt
export { date, sid }
`,
    'alone.mts': `
import {
  type Auth, type BodyAnswer, type Claims, type ClaimsHook, type CookieAnswer, type CookieOptions, type Demands, type Duration,
  type Grant, type Issued, type IssueTokens, type Jwk, type JwkSet, type RefreshOptions, type Revocation, type Session,
  type SigningKey, type Store, type TokenErrorCode, type TokenEvent, type Tokens, type Transport,
  isTokenError, memoryStore, StoreUnavailableError, TokenError,
} from '@tokenratchet/fastify'
import { type FakeClock, fakeClock, type SignedIn, signIn } from '@tokenratchet/fastify/testing'

export const claims: ClaimsHook = async () => ({ role: 'admin' })
export const store: Store = memoryStore({ now: () => 0 })
export const signedIn = (app: { tokens: Tokens }): Promise<SignedIn> => signIn(app, { subject: 'ada' })
export const clock: FakeClock = fakeClock()
export const code = (error: unknown): TokenErrorCode | undefined => (isTokenError(error) ? error.code : undefined)
export const outage: TokenError = new StoreUnavailableError({ cause: 1 })
export type All = [Auth, BodyAnswer, Claims, CookieAnswer, CookieOptions, Demands, Duration, Grant, Issued, IssueTokens, Jwk,
  JwkSet, RefreshOptions, Revocation, Session, SigningKey, TokenEvent, Transport]
`,
    'options.mts': `
import { type TokenratchetOptions, tokenratchet } from '@tokenratchet/fastify'
import Fastify from 'fastify'

export const good: TokenratchetOptions = {
  secret: ['x', 'y'],
  accessTokenLifetime: '10m',
  idleTimeout: 86_400,
  cookie: { secure: process.env['NODE_ENV'] === 'production', sameSite: 'strict' },
  trustedOrigins: ['https://www.example.com'],
  routes: { logout: false, refresh: { config: { rateLimit: { max: 5 } } } },
  global: true,
  decoratorName: 'session',
}
export const misspelt: TokenratchetOptions = { secret: 'x', accesTokenLifetime: '10m' } // TS2561
export const wrong: TokenratchetOptions = { secret: 'x', cookie: { sameSite: 'Lax' } } // TS2820
export const without: TokenratchetOptions = {} // TS2322
await Fastify().register(tokenratchet, { secret: 'x', prefix: '/session' })
await Fastify().register(tokenratchet, good)
`,
    'errors.mts': `${begin}
import { isTokenError } from '@tokenratchet/fastify'

app.setErrorHandler((error, _request, reply) => {
  if (!isTokenError(error)) throw error
  if (error.code === 'ERR_TYPO') return // TS2367
  return reply.code(error.status).headers(error.headers).send({ code: error.code })
})
`,
    'require.cts': `
import fastify = require('fastify')
import plugin = require('@tokenratchet/fastify')

const app = fastify()
void app.register(plugin.tokenratchet, { secret: 'x' })
app.get('/me', { config: { auth: true } }, async () => 1)
`,
  },

  'the main entry leaves request.user to the application': {
    'app.mts': `${begin}
declare module 'fastify' {
  interface FastifyRequest {
    user: { id: number } | null
  }
}
app.get('/me', async request => request.user?.id.toFixed())
`,
  },

  'the jwt entry types nothing by itself': {
    'app.mts': `${begin}
import tokenratchetJwt from '@tokenratchet/fastify/jwt'

await app.register(tokenratchetJwt)
await app.register(tokenratchetJwt, { logLevel: 'warn' })
await Fastify({ http2: true }).register(tokenratchetJwt)
app.get('/me', { config: { auth: true } }, async request => request.user) // TS2339
app.get('/jwt', async request => request.jwtVerify()) // TS2339
`,
  },

  'the jwt entry lives beside the user entry': {
    'app.mts': `${begin}
import '@tokenratchet/fastify/user'
import { tokenratchetJwt } from '@tokenratchet/fastify/jwt'

await app.register(tokenratchetJwt)
app.get('/me', { config: { auth: true } }, async request => request.user.sub)
`,
  },

  'the jwt entry lives beside the types of @fastify/jwt, which may be given our claims': {
    'app.mts': `${begin}
import type { Claims } from '@tokenratchet/fastify'
import tokenratchetJwt from '@tokenratchet/fastify/jwt'
import '@fastify/jwt'

declare module '@fastify/jwt' {
  interface FastifyJWT {
    user: Claims<{ role: 'admin' | 'member' }>
  }
}
await app.register(tokenratchetJwt)
app.get('/me', { config: { auth: true } }, async request => request.user.role)
app.get('/sub', async request => request.user.misspelt) // TS2339
app.get('/jwt', async request => (await request.jwtVerify<Claims>()).sid)
export const claims: Claims = app.jwt.verify<Claims>('')
`,
  },

  'the main entry leaves request.user to the types of @fastify/jwt': {
    'app.mts': `${begin}
import jwt from '@fastify/jwt'

declare module '@fastify/jwt' {
  interface FastifyJWT {
    payload: { id: number }
    user: { id: number; name: string }
  }
}
await app.register(jwt, { secret: 'x', namespace: 'partner', decoratorName: 'partner' })
app.get('/me', { config: { auth: true } }, async request => request.user.name.length + request.user.id)
app.get('/sub', async request => request.user.sub) // TS2339
app.get('/jwt', async (request, reply) => [await request.jwtVerify(), await reply.jwtSign({ id: 1 })])
`,
  },

  'the user entry types request.user with the claims of every token': {
    'app.mts': `${begin}
import '@tokenratchet/fastify/user'

app.get('/me', { config: { auth: true } }, async ({ user }) => {
  const texts: string[] = [user.sub, user.sid, user.jti]
  const seconds: number = user.exp - user.iat
  return { texts, seconds, role: user.role } // TS2339
})
app.post('/login', async (_request, reply) => reply.issueTokens({ subject: 'ada' }))
`,
  },

  'claims that the application declares are typed in request.user, and required at login': {
    'claims.mts': ownClaims,
    'me.mts': `${begin}
app.get('/me', { config: { auth: true } }, async ({ user }) => {
  const role: 'admin' | 'member' = user.role
  const sub: string = user.sub
  if (user.role === 'guest') return // TS2367
  return { role, sub, plan: user.plan } // TS2339
})
const role: 'admin' | 'member' = app.tokens.verify('').role
export { role }
`,
    'login.mts': `${begin}
app.post('/login', async (_request, reply) => {
  await reply.issueTokens({ subject: 'ada', claims: { role: 'admin' } })
  await reply.issueTokens({ subject: 'ada', claims: { role: 'guest' } }) // TS2769
  await reply.issueTokens({ subject: 'ada', claims: { role: 'admin', sub: 'bob' } }) // TS2769
  await reply.issueTokens({ subject: 'ada', claims: {} }) // TS2769
  await reply.issueTokens({ subject: 'ada' }) // TS2769
  await reply.issueTokens({ subject: 'ada', transport: 'body' }) // TS2769
  await reply.issueTokens({ subject: 'ada', claims: { role: 'member' }, transport: 'body' })
  await app.tokens.issue({ subject: 'ada', claims: { role: 'member' } })
  await app.tokens.issue({ subject: 'ada' }) // TS2345
})
`,
    'hook.mts': `
import type { TokenratchetOptions } from '@tokenratchet/fastify'

export const options: TokenratchetOptions = {
  secret: 'x',
  claims: async session => {
    const role: 'admin' | 'member' = session.claims.role
    return session.subject === 'ada' ? { role } : session.subject === '' ? false : undefined
  },
}
export const wrong: TokenratchetOptions = {
  secret: 'x',
  claims: async () => ({ role: 'guest' as const }), // TS2322
}
`,
  },
}
