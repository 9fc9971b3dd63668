import { fakeClock } from '@tokenratchet/core/testing'
import { StoreUnavailableError, TokenError } from '@tokenratchet/fastify'
import type { FastifyError, FastifyPluginAsync } from 'fastify'
import t from 'tap'
import { Browser, names, testApp, unreliableStore, who } from './app.js'

/** Requests that are refused by an error, each of another code. */
const requests: Record<
  string,
  [headers: Record<string, string>, status: number, code: string, error: string]
> = {
  nobody: [{}, 401, 'ERR_ACCESS_TOKEN_MISSING', 'Unauthorized'],
  'no token of ours': [{ authorization: 'Bearer x' }, 401, 'ERR_ACCESS_TOKEN_INVALID', 'Unauthorized'],
  'a malformed token': [{ authorization: 'Bearer' }, 400, 'ERR_INVALID_REQUEST', 'Bad Request'],
  'a page of another site': [
    { cookie: `${names.access}=x`, 'sec-fetch-site': 'cross-site' },
    403,
    'ERR_FORBIDDEN_ORIGIN',
    'Forbidden',
  ],
}

t.test('Fastify’s own error handler sends status, code and headers', async t => {
  const { app } = await testApp(t)
  for (const [what, [headers, statusCode, code, error]] of Object.entries(requests)) {
    const answer = await app.inject({ method: 'POST', url: '/me', headers })
    t.equal(answer.statusCode, statusCode, what)
    t.match(answer.json(), { statusCode, code, error, message: String })
    t.same(Object.keys(answer.json()).sort(), ['code', 'error', 'message', 'statusCode'])
    t.equal('www-authenticate' in answer.headers, statusCode !== 403)
  }
})

t.test('an error handler of the application is given the error, and may pass it on', async t => {
  const { app } = await testApp(t)
  const seen: unknown[] = []
  const scoped: FastifyPluginAsync = async scope => {
    scope.setErrorHandler(error => {
      seen.push(error)
      throw error
    })
    scope.post('/scoped', { config: { auth: true } }, who)
  }
  await app.register(scoped)
  for (const [what, [headers, status, code]] of Object.entries(requests)) {
    const answer = await app.inject({ method: 'POST', url: '/scoped', headers })
    t.equal(answer.statusCode, status, what)
    const error = seen.at(-1)
    t.ok(error instanceof TokenError)
    t.match(error, { code, status })
    t.equal(answer.headers['www-authenticate'], (error as TokenError).headers['www-authenticate'])
  }
})

t.test('an error handler of the application finds the status where Fastify’s errors have it', async t => {
  const { app } = await testApp(t)
  app.setErrorHandler<FastifyError>((error, _request, reply) =>
    reply.code(error.statusCode ?? 500).send({ problem: error.code }),
  )
  for (const [what, [headers, status, problem]] of Object.entries(requests)) {
    const answer = await app.inject({ method: 'POST', url: '/me', headers })
    t.match([answer.statusCode, answer.json()], [status, { problem }], what)
  }
})

t.test('R26: a login while the store is down rejects with an error that handlers can tell', async t => {
  const clock = fakeClock()
  const unreliable = unreliableStore(clock.now)
  const { app } = await testApp(t, { store: unreliable.store }, clock)
  const caught: unknown[] = []
  app.setErrorHandler((error, _request, reply) => {
    caught.push(error)
    return reply.send(error)
  })
  unreliable.isDown = true
  const answer = await new Browser(app).login('ada')
  t.match([answer.statusCode, answer.headers['retry-after']], [503, '1'])
  t.strictSame(answer.json(), {
    statusCode: 503,
    code: 'ERR_STORE_UNAVAILABLE',
    error: 'Service Unavailable',
    message: 'Sessions are unavailable for the moment',
  })
  t.ok(caught[0] instanceof StoreUnavailableError)
  t.ok(caught[0] instanceof TokenError)
})

t.test('R31: no error, and no answer to one, shows a token', async t => {
  const { app, clock, events } = await testApp(t)
  const errors: Error[] = []
  app.addHook('onError', async (_request, _reply, error) => void errors.push(error))
  const browser = new Browser(app)
  await browser.login('ada')
  const tokens = [...browser.cookies.values()]
  clock.advance('11m')
  const answers = [
    await browser.get('/me'),
    await browser.send({ url: '/me', headers: { authorization: `Bearer ${tokens[0]} x` } }),
    await browser.send({ url: '/me', headers: { authorization: `Bearer ${tokens[1]}` } }),
    await browser.send({ method: 'POST', url: '/me', headers: { 'sec-fetch-site': 'cross-site' } }),
  ]
  t.equal(errors.length, answers.length)
  const texts = [
    ...answers.map(({ headers, body }) => JSON.stringify(headers) + body),
    ...errors.map(error => `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`),
    JSON.stringify(events),
  ]
  for (const text of texts) {
    t.notOk(tokens.some(token => text.includes(token.slice(0, 60))))
  }
})
