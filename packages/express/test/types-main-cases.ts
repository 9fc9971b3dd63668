// Programs that applications write. A comment at the end of a line announces the error that the compiler must find.

import { begin, withPassport } from './types-sources.js'

/** What Express 4 and 5 take alike. */
const routing = (framework: string) => `${begin(framework)}
const router = express.Router()
app.use('/api', auth.middleware, router)
app.use(['/v1', '/v2'], auth.optional)
router.use(auth.authenticate)
router.route('/rows').get(auth.authenticate, (_req, res) => void res.json([])).all(auth.optional)
app.get('/users/:id', auth.authenticate, (req, res) => {
  const id: string = req.params.id
  const wrong: number = req.params.id // TS2322
  res.json({ id, wrong })
})
app.get<{ id: string }, { id: string }>('/typed/:id', auth.authenticate, (req, res) => {
  res.json({ id: 1 }) // TS2322
  res.json({ id: req.params.id })
})
app.get('/list', [auth.optional, auth.authenticate], (_req: express.Request, res: express.Response) => {
  res.json({})
})
app.post('/login', async (_req, res) => {
  res.json({ name: 'Ada', ...(await res.issueTokens({ subject: 'ada' })) })
})
app.post('/forwarded', (_req, res, next) => {
  res.issueTokens({ subject: 'ada' }).then(answer => res.json(answer), next)
})
app.post('/leave', async (_req, res) => {
  await res.revokeTokens()
  res.sendStatus(204)
})
const both: express.RequestHandler[] = [auth.middleware, auth.authenticate, auth.optional]
const atTheEnd: express.ErrorRequestHandler = auth.errorHandler()
app.use(both, atTheEnd)
app.use(auth.errorHandler())
app.use('/api', auth.errorHandler())
auth.authenticate() // TS2554
`

/** The files of each program, by what it shows. */
export const mainPrograms: Record<string, Record<string, string>> = {
  'the main entry types what is in responses, but not req.user': {
    'app.mts': `${begin()}
app.get('/me', auth.authenticate, (req, res) => void res.json(req.user)) // TS2339
app.post('/login', async (_req, res) => {
  const inCookies = await res.issueTokens({ subject: 'ada', claims: { role: 'admin' } })
  const seconds: number = inCookies.expires_in
  const text: string = inCookies.expires_in // TS2322
  const maybe: string = inCookies.access_token // TS2322
  const inBody = await res.issueTokens({ subject: 'ada', scope: 'read', transport: 'body' })
  const texts: [string, string, 'Bearer'] = [inBody.access_token, inBody.refresh_token, inBody.token_type]
  await res.issueTokens({}) // TS2769
  await res.issueTokens({ subject: 'ada', transport: 'header' }) // TS2769
  await res.revokeTokens('ada') // TS2554
  res.json({ seconds, text, maybe, texts })
})
const sid: string = auth.tokens.verify('').sid
const [session] = await auth.tokens.sessions('ada')
const date: Date | undefined = session?.usedAt
await auth.close()
auth.tokens = auth.tokens // TS2540
export { date, sid }
`,
    'options.mts': `
import { type Tokenratchet, type TokenratchetOptions, tokenratchet } from '@tokenratchet/express'

export const good: TokenratchetOptions = {
  secret: ['x', 'y'],
  accessTokenLifetime: '10m',
  idleTimeout: 86_400,
  cookie: { secure: process.env['NODE_ENV'] === 'production', sameSite: 'strict' },
  trustedOrigins: ['https://www.example.com'],
  prefix: '/session',
  transport: 'body',
  routes: { logout: false, refresh: undefined },
}
export const misspelt: TokenratchetOptions = { secret: 'x', accesTokenLifetime: '10m' } // TS2561
export const wrong: TokenratchetOptions = { secret: 'x', cookie: { sameSite: 'Lax' } } // TS2820
export const without: TokenratchetOptions = {} // TS2741
export const limited: TokenratchetOptions = { secret: 'x', routes: { refresh: { config: {} } } } // TS2322
export const unknown: TokenratchetOptions = { secret: 'x', routes: { login: false } } // TS2353
export const ofFastify: TokenratchetOptions = { secret: 'x', global: true } // TS2353
export const named: TokenratchetOptions = { secret: 'x', decoratorName: 'session' } // TS2353
export const auth: Tokenratchet = tokenratchet(good)
tokenratchet() // TS2554
`,
    'errors.mts': `
import { isTokenError, StoreUnavailableError, TokenError } from '@tokenratchet/express'
import type { ErrorRequestHandler } from 'express'

export const told: ErrorRequestHandler = (error, _req, res, next) => {
  if (!isTokenError(error)) return next(error)
  if (error.code === 'ERR_TYPO') return // TS2367
  res.status(error.status).set(error.headers).json({ code: error.code })
}
export const answer: ErrorRequestHandler = (error, _req, res, next) => {
  if (error instanceof TokenError && !(error instanceof StoreUnavailableError)) {
    if (error.code === 'ERR_TYPO') return // TS2367
    res.status(error.status).set(error.headers).json({ code: error.code })
  } else {
    next(error)
  }
}
`,
    'require.cts': `
import express = require('express')
import plugin = require('@tokenratchet/express')

const app = express()
const auth = plugin.tokenratchet({ secret: 'x' })
app.use(auth.middleware)
app.get('/me', auth.authenticate, (_req, res) => void res.json({}))
app.use(auth.errorHandler())
`,
  },

  'routers of Express 5 take what there is': { 'app.mts': routing('express') },

  'routers of Express 4 take what there is': { 'app.mts': routing('express4') },

  'the main entry leaves req.user to the application': {
    'app.mts': `${begin()}
declare global {
  namespace Express {
    interface Request {
      user?: { id: number }
    }
  }
}
app.get('/me', auth.authenticate, (req, res) => void res.json(req.user?.id.toFixed()))
`,
  },

  'the main entry leaves req.user to the types of passport': {
    'app.mts': `${begin()}${withPassport}
declare global {
  namespace Express {
    interface User {
      id: number
    }
  }
}
const userOf = (id: number): Express.User => ({ id })
const grantOf = (user: Express.User | undefined) => ({ subject: String(user?.id) })
app.get('/sub', auth.authenticate, (req, res) => void res.json(req.user?.sub)) // TS2339
`,
  },
}
