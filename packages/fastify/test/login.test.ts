import { TokenError } from '@tokenratchet/core'
import t from 'tap'
import { Browser, names, setCookies, stateOf, testApp } from './app.js'

t.test('issueTokens resolves to what belongs into the body, and sends nothing', async t => {
  const { app, events } = await testApp(t)
  app.post('/signup', async (_request, reply) => {
    const body = await reply.issueTokens({ subject: 'ada', claims: { role: 'admin' } })
    t.equal(reply.sent, false)
    t.strictSame(body, { expires_in: 600 })
    return reply
      .code(201)
      .header('x-plan', 'free')
      .send({ user: 'ada', ...body })
  })
  const browser = new Browser(app)
  const answer = await browser.post('/signup')
  t.equal(answer.statusCode, 201)
  t.strictSame(answer.json(), { user: 'ada', expires_in: 600 })
  t.match(answer.headers, { 'x-plan': 'free', 'cache-control': 'no-store' })
  t.equal(setCookies(answer).length, 2)
  t.match(events, [{ type: 'issued', subject: 'ada', transport: 'cookie' }])
  t.match(app.tokens.verify(browser.cookies.get(names.access) ?? ''), { sub: 'ada', role: 'admin' })
  t.same((await browser.get('/me')).json(), { user: 'ada' })
})

t.test('neither token is in the body of a login or a refresh', async t => {
  const { app } = await testApp(t)
  const browser = new Browser(app)
  for (const answer of [await browser.login('ada'), await browser.post('/auth/refresh')]) {
    t.strictSame(answer.json(), { expires_in: 600 })
    t.equal(browser.cookies.size, 2)
    for (const token of browser.cookies.values()) {
      t.notOk(answer.body.includes(token))
    }
  }
})

t.test('R11: a login ends the session that was presented with it', async t => {
  const { app, clock, events } = await testApp(t)
  const browser = new Browser(app)
  await browser.login('ada')
  const old = new Browser(app, browser.cookies)
  const [first] = await stateOf({ app }, 'ada')
  const sid = first?.sid
  clock.advance(1)
  await browser.login('ada')
  const sessions = await stateOf({ app }, 'ada')
  t.equal(sessions.length, 1)
  t.not(sessions[0]?.sid, sid)
  t.match(events.slice(1), [{ type: 'revoked', reason: 'replaced', sid }, { type: 'issued' }])
  t.equal((await old.get('/me')).statusCode, 401, 'its access token is dead at once')
  t.equal((await old.post('/auth/refresh')).statusCode, 400)
  t.equal((await browser.get('/me')).statusCode, 200)
})

t.test('R11: the session presented may be of another subject', async t => {
  const { app } = await testApp(t)
  const browser = new Browser(app)
  await browser.login('ada')
  const ada = new Browser(app, browser.cookies)
  await browser.login('grace')
  t.same(await stateOf({ app }, 'ada'), [])
  t.equal((await ada.get('/me')).statusCode, 401)
  t.same((await browser.get('/me')).json(), { user: 'grace' })
})

t.test('R11: any generation of the refresh cookie names the session that ends', async t => {
  const { app, clock } = await testApp(t)
  const browser = new Browser(app)
  await browser.login('ada')
  const early = new Browser(app, browser.cookies)
  for (let turn = 0; turn < 3; turn++) {
    clock.advance(60)
    await browser.post('/auth/refresh')
  }
  await early.login('grace')
  t.same(await stateOf({ app }, 'ada'), [])
  t.equal((await browser.post('/auth/refresh')).statusCode, 400)
})

t.test('a login ends no session whose refresh token it does not bring', async t => {
  const { app } = await testApp(t)
  const phone = new Browser(app)
  await phone.login('ada')
  const presented: Record<string, [string, string][]> = {
    nothing: [],
    garbage: [[names.refresh, 'garbage']],
    'a forgery': [[names.refresh, `${phone.cookies.get(names.refresh)?.slice(0, -2)}AA`]],
    'an access token for it': [[names.refresh, phone.cookies.get(names.access) ?? '']],
    'the access cookie only': [[names.access, phone.cookies.get(names.access) ?? '']],
  }
  for (const [what, cookies] of Object.entries(presented)) {
    t.equal((await new Browser(app, cookies).login('ada')).statusCode, 200, what)
    t.equal((await phone.get('/me')).statusCode, 200, what)
  }
  t.equal((await stateOf({ app }, 'ada')).length, 1 + Object.keys(presented).length)
})

t.test(
  'R18: a login from another site is refused as an error of the handler, and changes nothing',
  async t => {
    const { app, clock } = await testApp(t)
    const browser = new Browser(app)
    await browser.login('ada')
    const before = await stateOf({ app }, 'ada', 'mallory')
    clock.advance(1)
    const headers = { 'sec-fetch-site': 'cross-site' }
    const answer = await browser.send({
      method: 'POST',
      url: '/login',
      payload: { subject: 'mallory' },
      headers,
    })
    t.equal(answer.statusCode, 403)
    t.match(answer.json(), { code: 'ERR_FORBIDDEN_ORIGIN' })
    t.same(setCookies(answer), [])
    t.same(await stateOf({ app }, 'ada', 'mallory'), before)
    t.same((await browser.get('/me')).json(), { user: 'ada' })
  },
)

t.test('a grant that makes no sense is a TypeError in the handler, and ends no session', async t => {
  const { app } = await testApp(t)
  const errors: unknown[] = []
  app.post<{ Body: { subject: string } }>('/wrong', async (request, reply) => {
    await reply.issueTokens(request.body).catch(error => errors.push(error))
    return {}
  })
  const browser = new Browser(app)
  await browser.login('ada')
  const grants = [
    { subject: '' },
    { subject: 'x'.repeat(256) },
    { subject: 5 },
    { subject: 'ada', claims: { sub: 'b' } },
    {},
  ]
  for (const grant of grants) {
    const answer = await browser.post('/wrong', grant)
    t.same(setCookies(answer), [])
    t.type(errors.at(-1), TypeError)
    t.notOk(errors.at(-1) instanceof TokenError)
  }
  t.equal(errors.length, grants.length)
  t.equal((await browser.get('/me')).statusCode, 200)
})
