// A session is bound to its transport, and the answer travels as the token did.
import { Browser, names, send } from './http.js'
import { rule, stateOf } from './rule.js'

const form = (refreshToken: string): URLSearchParams =>
  new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken })

rule(
  'R7: a refresh token of one transport is refused on the other, and its session lives on',
  async (t, world) => {
    const app = await world.start()
    const browser = new Browser(app)
    await browser.login('ada')
    const { refreshToken } = await app.tokens.issue({ subject: 'grace', transport: 'body' })
    const before = await stateOf(app, 'ada', 'grace')
    world.clock.advance(1)

    const ofCookie = browser.cookies.get(names.refresh) ?? ''
    const inBody = await send(app.port, { method: 'POST', url: '/auth/refresh', payload: form(ofCookie) })
    const inCookie = await new Browser(app, [[names.refresh, refreshToken]]).post('/auth/refresh')
    for (const answer of [inBody, inCookie]) {
      t.equal(answer.status, 400)
      t.equal(answer.json().error, 'invalid_grant')
      t.same(answer.cookies, [])
    }
    t.match(world.events.slice(-2), [
      { type: 'refused', credential: 'refresh_token', reason: 'transport' },
      { type: 'refused', credential: 'refresh_token', reason: 'transport' },
    ])

    t.same(await stateOf(app, 'ada', 'grace'), before)
    t.equal((await browser.post('/auth/refresh')).status, 200)
    t.equal(
      (await send(app.port, { method: 'POST', url: '/auth/refresh', payload: form(refreshToken) })).status,
      200,
    )
  },
)

rule(
  'a cookie and a token in the body of one request are invalid_request, and both sessions live on',
  async (t, world) => {
    const app = await world.start()
    const browser = new Browser(app)
    await browser.login('ada')
    const { refreshToken } = await app.tokens.issue({ subject: 'grace', transport: 'body' })
    const before = await stateOf(app, 'ada', 'grace')
    world.clock.advance(1)
    const answer = await browser.post('/auth/refresh', form(refreshToken))
    t.equal(answer.status, 400)
    t.equal(answer.json().error, 'invalid_request')
    t.same(answer.cookies, [])
    t.same(await stateOf(app, 'ada', 'grace'), before)
  },
)

rule('what a request asks for never changes the transport of the answer', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('ada')
  for (const payload of [
    { grant_type: 'refresh_token' },
    { transport: 'body' },
    new URLSearchParams({ a: 'b' }),
  ]) {
    const answer = await browser.post('/auth/refresh', payload)
    t.strictSame(answer.json(), { expires_in: 600 })
    t.equal(answer.cookies.length, 2)
  }
  const headers = { accept: 'text/html', cookie: `${names.access}=x` }
  const { refreshToken } = await app.tokens.issue({ subject: 'grace', transport: 'body' })
  const answer = await send(app.port, {
    method: 'POST',
    url: '/auth/refresh',
    payload: form(refreshToken),
    headers,
  })
  t.match(answer.json(), { token_type: 'Bearer' })
  t.same(answer.cookies, [])
})

rule(
  'R18: a refresh by cookie obeys the cross-origin rule whatever its body; one by body needs none',
  async (t, world) => {
    const app = await world.start()
    const browser = new Browser(app)
    await browser.login('ada')
    const { refreshToken } = await app.tokens.issue({ subject: 'grace', transport: 'body' })
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }
    for (const payload of [
      {},
      { grant_type: 'refresh_token' },
      new URLSearchParams({ grant_type: 'refresh_token' }),
    ]) {
      const answer = await browser.send({ method: 'POST', url: '/auth/refresh', payload, headers })
      t.equal(answer.status, 403)
      t.same(answer.cookies, [])
    }
    const payload = form(refreshToken)
    t.equal((await send(app.port, { method: 'POST', url: '/auth/refresh', payload, headers })).status, 200)
  },
)

rule('a login for the body transport leaves cookies and their session alone', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('ada')
  const answer = await browser.post('/login', { subject: 'ada', transport: 'body' })
  t.same(answer.cookies, [])
  t.equal((await stateOf(app, 'ada')).length, 2)
  t.same((await browser.get('/me')).json(), { user: 'ada' })
})

rule(
  'R11: a login for the body transport ends the session whose token its handler names',
  async (t, world) => {
    const app = await world.start()
    const { refreshToken: replaces } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
    const payload = { subject: 'ada', transport: 'body', replaces }
    t.equal((await send(app.port, { method: 'POST', url: '/login', payload })).status, 200)
    t.equal((await stateOf(app, 'ada')).length, 1)
    t.equal(
      (await send(app.port, { method: 'POST', url: '/auth/refresh', payload: form(replaces) })).status,
      400,
    )
  },
)
