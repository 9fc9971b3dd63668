import { TokenError } from '@tokenratchet/core'
import { fakeClock } from '@tokenratchet/core/testing'
import t from 'tap'
import { Browser, names, setCookies, stateOf, testApp, unreliableStore } from './app.js'

t.test(
  'R26: while the store is down, refresh, log-out and login are 503 with Retry-After, cookies untouched',
  async t => {
    const clock = fakeClock()
    const unreliable = unreliableStore(clock.now)
    const { app, events } = await testApp(t, { store: unreliable.store }, clock)
    const browser = new Browser(app)
    await browser.login('ada')
    const cookies = new Map(browser.cookies)
    unreliable.isDown = true
    events.length = 0
    const requests: [url: string, payload?: object][] = [
      ['/auth/refresh'],
      ['/auth/logout'],
      ['/leave'],
      ['/login', { subject: 'ada' }],
      ['/login', { subject: 'grace' }],
    ]
    for (const [url, payload] of requests) {
      const answer = await browser.post(url, payload)
      t.equal(answer.statusCode, 503, url)
      t.match(answer.headers, { 'retry-after': /^[1-9]\d*$/ })
      t.same(setCookies(answer), [])
      t.notMatch(answer.body, /ECONNREFUSED/, 'nor does it say what is behind')
    }
    t.same(
      events.map(({ type }) => type),
      Array(requests.length).fill('store_unavailable'),
    )
    t.same((await browser.get('/me')).json(), { user: 'ada' }, 'guarded routes go on')
    t.same((await browser.get('/maybe')).json(), { user: 'ada' })
    t.same(browser.cookies, cookies)

    unreliable.isDown = false
    t.equal((await stateOf({ app }, 'ada')).length, 1)
    t.equal((await browser.post('/auth/refresh')).statusCode, 200, 'nobody was logged out')
  },
)

t.test('R26: the body of a route’s 503 is RFC 6749’s, and it is not to be stored', async t => {
  const clock = fakeClock()
  const unreliable = unreliableStore(clock.now)
  const { app } = await testApp(t, { store: unreliable.store }, clock)
  const browser = new Browser(app)
  await browser.login('ada')
  unreliable.isDown = true
  for (const url of ['/auth/refresh', '/auth/logout']) {
    const answer = await browser.post(url)
    t.strictSame(answer.json(), {
      error: 'temporarily_unavailable',
      error_description: 'Sessions are unavailable for the moment',
    })
    t.match(answer.headers, { 'cache-control': 'no-store', 'content-type': /^application\/json/ })
    t.equal(answer.headers['www-authenticate'], undefined)
  }
})

t.test('R8: what is refused before the store is asked is refused while it is down', async t => {
  const clock = fakeClock()
  const unreliable = unreliableStore(clock.now)
  const { app } = await testApp(t, { store: unreliable.store }, clock)
  unreliable.isDown = true
  t.equal((await new Browser(app, [[names.refresh, 'x'.repeat(100)]]).post('/auth/refresh')).statusCode, 400)
  t.equal((await new Browser(app).post('/auth/refresh')).statusCode, 400)
  t.equal((await new Browser(app, [[names.refresh, 'x'.repeat(100)]]).post('/auth/logout')).statusCode, 204)
})

t.test('R26: a store that throws whatever it likes is down too', async t => {
  const clock = fakeClock()
  for (const thrown of [
    new Error('boom'),
    new TypeError('boom'),
    new TokenError('ERR_INVALID_GRANT'),
    'boom',
    undefined,
  ]) {
    const unreliable = unreliableStore(clock.now)
    const { app } = await testApp(t, { store: unreliable.store }, clock)
    const browser = new Browser(app)
    await browser.login('ada')
    unreliable.isDown = true
    unreliable.thrown = () => thrown
    const answer = await browser.post('/auth/refresh')
    t.equal(answer.statusCode, 503, `${thrown}`)
    t.same(setCookies(answer), [])
  }
})

t.test(
  'the claims hook: false ends the session, and the answer is the same as for any dead token',
  async t => {
    let disabled = false
    const { app, events } = await testApp(t, { claims: () => (disabled ? false : undefined) })
    const browser = new Browser(app)
    await browser.login('ada')
    t.equal((await browser.post('/auth/refresh')).statusCode, 200)
    disabled = true
    const answer = await browser.post('/auth/refresh')
    t.equal(answer.statusCode, 400)
    t.equal(answer.body, '{"error":"invalid_grant","error_description":"The refresh token is invalid"}')
    t.same(setCookies(answer), [])
    t.match(events.at(-1), { type: 'revoked', reason: 'disabled' })
    disabled = false
    t.equal((await browser.post('/auth/refresh')).statusCode, 400, 'it does not come back')
    t.equal((await browser.get('/me')).statusCode, 401)
  },
)

t.test('the claims hook: a throw is a 503, and the same refresh token works afterwards', async t => {
  const faults: Record<string, () => object> = {
    'a throw': () => {
      throw new Error('the database of users is down')
    },
    'a rejection': () => Promise.reject(new Error('the database of users is down')),
    'an answer that is no claims': () => ({ sub: 'mallory' }),
    'an answer that no cookie can hold': () => ({ text: 'x'.repeat(4096) }),
  }
  let fault: (() => object) | undefined
  const { app, events } = await testApp(t, { claims: () => fault?.() ?? { role: 'admin' } })
  const browser = new Browser(app)
  await browser.login('ada')
  for (const [what, thrower] of Object.entries(faults)) {
    const before = new Map(browser.cookies)
    fault = thrower
    const answer = await browser.post('/auth/refresh')
    t.equal(answer.statusCode, 503, what)
    t.match(answer.headers, { 'retry-after': /^[1-9]\d*$/ })
    t.same(setCookies(answer), [])
    t.notMatch(answer.body, /database/)
    t.match(events.at(-1), { type: 'claims_unavailable', subject: 'ada' })
    t.same(browser.cookies, before)
    fault = undefined
    t.equal((await browser.post('/auth/refresh')).statusCode, 200, 'the same token')
    t.match(app.tokens.verify(browser.cookies.get(names.access) ?? ''), { sub: 'ada', role: 'admin' })
  }
})
