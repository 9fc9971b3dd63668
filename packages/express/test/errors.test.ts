import { memoryStore } from '@tokenratchet/core'
import tokenratchet from '@tokenratchet/express'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { send } from '../../../test/contract/http.js'
import { forwarding, listen, login, rule, secret, who } from './app.js'

rule('errorHandler hands on what is not ours', async (t, framework) => {
  const app = framework()
  const auth = tokenratchet({ secret })
  const foreign: unknown[] = [
    Object.assign(new Error('no tea'), { status: 418 }),
    Object.assign(new Error('forged'), { name: 'TokenError', code: 'ERR_INVALID_GRANT', status: 400 }),
    'text',
    { status: 401 },
  ]
  const seen: unknown[] = []
  app.use(auth.middleware)
  app.get('/:index', (request, _response, next) => next(foreign[Number(request.params.index)]))
  app.use(auth.errorHandler())
  const last: ErrorRequestHandler = (error, _request, response, _next) => {
    seen.push(error)
    response.status(500).json({ seen: true })
  }
  app.use(last)
  const { port } = await listen(t, app)
  for (const index of foreign.keys()) {
    t.match(await send(port, { url: `/${index}` }), { status: 500, text: '{"seen":true}' })
  }
  t.strictSame(seen, foreign)
})

rule('errorHandler hands on an error that comes after the headers', async (t, framework) => {
  const app = framework()
  const auth = tokenratchet({ secret })
  const stream: RequestHandler = (_request, response, next) => {
    response.write('begun')
    next()
  }
  const seen: unknown[] = []
  app.get('/stream', stream, auth.authenticate)
  app.use(auth.errorHandler())
  const last: ErrorRequestHandler = (error, _request, _response, next) => {
    seen.push(error)
    next(error)
  }
  app.use(last)
  const { port } = await listen(t, app)
  await t.rejects(send(port, { url: '/stream' }), { code: 'ECONNRESET' })
  t.match(seen, [{ code: 'ERR_ACCESS_TOKEN_MISSING' }])
})

rule(
  'without errorHandler the answers of Express have the status and the challenge',
  async (t, framework) => {
    const app = framework()
    const auth = tokenratchet({ secret })
    app.use(auth.middleware)
    app.get('/me', auth.authenticate, who)
    app.post('/login', login)
    const { port } = await listen(t, app)
    const missing = await send(port, { url: '/me' })
    t.match(missing, { status: 401, headers: { 'www-authenticate': 'Bearer' } })
    const forged = await send(port, { url: '/me', headers: { authorization: 'Bearer forged' } })
    t.match(forged, { status: 401, headers: { 'www-authenticate': /^Bearer error="invalid_token"/ } })
    const foreign = await send(port, {
      method: 'POST',
      url: '/login',
      headers: { origin: 'https://evil.test' },
    })
    t.match(foreign, { status: 403, cookies: [] })
  },
)

rule('without errorHandler the token routes answer all the same', async (t, framework) => {
  const app = framework()
  app.use(tokenratchet({ secret }).middleware)
  const { port } = await listen(t, app)
  const payload = { grant_type: 'refresh_token', refresh_token: 'forged' }
  const answer = await send(port, { method: 'POST', url: '/auth/refresh', payload })
  t.match([answer.status, answer.json()], [400, { error: 'invalid_grant' }])
})

rule('a token route hands on a fault of the program', async (t, framework) => {
  const app = framework()
  let isBroken = false
  const fault = new RangeError('a bug in a clock')
  const now = (): number => {
    if (isBroken) {
      throw fault
    }
    return Date.now()
  }
  // The store has a clock of its own, as what fails in there is an outage.
  const auth = tokenratchet({ secret, now, store: memoryStore() })
  const seen: unknown[] = []
  app.use(auth.middleware)
  app.use(auth.errorHandler())
  const last: ErrorRequestHandler = (error, _request, response, _next) => {
    seen.push(error)
    response.status(500).json({})
  }
  app.use(last)
  const { port } = await listen(t, app)
  const { refreshToken } = await auth.tokens.issue({ subject: 'ada', transport: 'body' })
  isBroken = true
  const payload = { grant_type: 'refresh_token', refresh_token: refreshToken }
  const answer = await send(port, { method: 'POST', url: '/auth/refresh', payload })
  t.equal(answer.status, 500)
  t.strictSame(seen, [fault])
})

rule('what a store throws is an outage, whatever it is', async (t, framework) => {
  const app = framework()
  const store = memoryStore()
  const auth = tokenratchet({ secret, store })
  app.use(auth.middleware)
  const { port } = await listen(t, app)
  const { refreshToken } = await auth.tokens.issue({ subject: 'ada', transport: 'body' })
  const payload = { grant_type: 'refresh_token', refresh_token: refreshToken }
  store.rotate = () => {
    throw new TypeError('a bug in a store')
  }
  const answer = await send(port, { method: 'POST', url: '/auth/refresh', payload })
  t.match(answer, { status: 503, headers: { 'retry-after': '1' } })
})

rule('rejections of the verbs reach next: in Express 5 by themselves', async (t, framework, version) => {
  const app = framework()
  const auth = tokenratchet({ secret })
  const handle: RequestHandler = async (_request, response) => {
    response.json(await response.issueTokens({ subject: 'ada' }))
  }
  app.use(auth.middleware)
  app.post('/login', version === 'express 5' ? handle : login)
  app.post(
    '/leave',
    forwarding((_request, response) => response.revokeTokens()),
  )
  app.use(auth.errorHandler())
  const { port } = await listen(t, app)
  for (const url of ['/login', '/leave']) {
    const answer = await send(port, { method: 'POST', url, headers: { origin: 'https://evil.test' } })
    t.match([answer.status, answer.json()], [403, { code: 'ERR_FORBIDDEN_ORIGIN' }], url)
  }
})

rule('errorHandler that is handed over rather than called is a 500 that says so', async (t, framework) => {
  const app = framework()
  app.set('env', 'test')
  const auth = tokenratchet({ secret })
  app.use(auth.errorHandler as unknown as RequestHandler)
  app.use(((error, _request, response, _next) =>
    response.status(500).send(error.message)) as ErrorRequestHandler)
  const answer = await send((await listen(t, app)).port, { url: '/' })
  t.match(answer, { status: 500, text: /app\.use\(auth\.errorHandler\(\)\)/ })
})
