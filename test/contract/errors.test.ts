import { StoreUnavailableError, TokenError } from '@tokenratchet/core'
import { Browser, names, send } from './http.js'
import { rule } from './rule.js'

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

rule('the refusal of a guard is answered with its status, code and headers', async (t, world) => {
  const app = await world.start()
  for (const [what, [headers, statusCode, code, error]] of Object.entries(requests)) {
    const answer = await send(app.port, { method: 'POST', url: '/me', headers })
    t.equal(answer.status, statusCode, what)
    t.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
    t.match(answer.json(), { statusCode, code, error, message: String })
    t.same(Object.keys(answer.json()), ['statusCode', 'code', 'error', 'message'])
    t.equal('www-authenticate' in answer.headers, statusCode !== 403)
    const thrown = app.errors.at(-1)
    t.ok(thrown instanceof TokenError, 'handlers of the application are given the error')
    t.match(thrown, { code, status: statusCode, statusCode })
  }
  t.equal(app.errors.length, Object.keys(requests).length)
})

rule(
  'R26: a login while the store is down rejects with an error that handlers can tell',
  async (t, world) => {
    const app = await world.start()
    world.store.isDown = true
    const answer = await new Browser(app).login('ada')
    t.match([answer.status, answer.headers['retry-after']], [503, '1'])
    t.strictSame(answer.json(), {
      statusCode: 503,
      code: 'ERR_STORE_UNAVAILABLE',
      error: 'Service Unavailable',
      message: 'Sessions are temporarily unavailable: try again',
    })
    t.ok(app.errors[0] instanceof StoreUnavailableError)
    t.ok(app.errors[0] instanceof TokenError)
  },
)

rule('R31: no error, and no answer to one, shows a token', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('ada')
  const tokens = [...browser.cookies.values()]
  world.clock.advance('11m')
  const answers = [
    await browser.get('/me'),
    await browser.send({ url: '/me', headers: { authorization: `Bearer ${tokens[0]} x` } }),
    await browser.send({ url: '/me', headers: { authorization: `Bearer ${tokens[1]}` } }),
    await browser.send({ method: 'POST', url: '/me', headers: { 'sec-fetch-site': 'cross-site' } }),
  ]
  const errors = app.errors as Error[]
  t.equal(errors.length, answers.length)
  const texts = [
    ...answers.map(({ headers, text }) => JSON.stringify(headers) + text),
    ...errors.map(error => `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`),
    JSON.stringify(world.events),
  ]
  for (const text of texts) {
    t.notOk(tokens.some(token => text.includes(token.slice(0, 60))))
  }
})
