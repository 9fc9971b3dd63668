import t from 'tap'
import { Browser, names, setCookies, stateOf, testApp } from './app.js'

const cleared = [names.access, names.refresh].map(
  name => `${name}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax`,
)

for (const [url, status, body] of [
  ['/auth/logout', 204, ''],
  ['/leave', 200, '{"left":true}'],
] as const) {
  t.test(`R11: ${url} ends refresh and access, and clears the cookies`, async t => {
    const { app, events } = await testApp(t)
    const browser = new Browser(app)
    await browser.login('ada')
    const copy = new Browser(app, browser.cookies)
    t.equal((await copy.get('/me')).statusCode, 200)
    const answer = await browser.post(url)
    t.equal(answer.statusCode, status)
    t.equal(answer.body, body)
    t.equal(answer.headers['cache-control'], 'no-store')
    t.strictSame(setCookies(answer), cleared)
    t.equal(browser.cookies.size, 0)
    t.same(await stateOf({ app }, 'ada'), [])
    t.match((await copy.get('/me')).headers, { 'www-authenticate': /The access token has been revoked/ })
    t.equal((await copy.post('/auth/refresh')).statusCode, 400)
    t.match(events.slice(0, 2), [{ type: 'issued' }, { type: 'revoked', reason: 'revoke' }])
  })

  t.test(`${url} ends one session: those of other devices and users go on`, async t => {
    const { app } = await testApp(t)
    const [browser, phone, grace] = [new Browser(app), new Browser(app), new Browser(app)]
    await browser.login('ada')
    await phone.login('ada')
    await grace.login('grace')
    await browser.post(url)
    t.same((await phone.get('/me')).json(), { user: 'ada' })
    t.same((await grace.get('/me')).json(), { user: 'grace' })
    t.equal((await phone.post('/auth/refresh')).statusCode, 200)
  })

  t.test(`${url} works whatever cookies are left`, async t => {
    const { app, clock } = await testApp(t)
    const forged = { [names.access]: 'x', [names.refresh]: 'x' }
    /** What came with the request, and whether the session is over then. */
    const rows: Record<string, [left: (browser: Browser) => void, ends: boolean]> = {
      'an expired access token': [() => clock.advance('11m'), true],
      'only the refresh cookie': [({ cookies }) => cookies.delete(names.access), true],
      'only the access cookie': [({ cookies }) => cookies.delete(names.refresh), true],
      'a forged refresh cookie': [
        ({ cookies }) => cookies.set(names.refresh, forged[names.refresh] ?? ''),
        true,
      ],
      'a forged access cookie': [
        ({ cookies }) => cookies.set(names.access, forged[names.access] ?? ''),
        true,
      ],
      'only an expired access cookie': [
        ({ cookies }) => cookies.delete(names.refresh) && clock.advance('11m'),
        false,
      ],
      'no cookie at all': [({ cookies }) => cookies.clear(), false],
    }
    for (const [what, [leave, ends]] of Object.entries(rows)) {
      const browser = new Browser(app)
      await browser.login(what)
      leave(browser)
      const answer = await browser.post(url)
      t.equal(answer.statusCode, status, what)
      t.strictSame(setCookies(answer), cleared, 'the cookies are cleared in any case')
      t.equal((await stateOf({ app }, what)).length, ends ? 0 : 1)
    }
  })

  t.test(
    `${url} with a Bearer token ends its session, and leaves cookies and their session alone`,
    async t => {
      const { app } = await testApp(t)
      const browser = new Browser(app)
      await browser.login('ada')
      const { accessToken } = await app.tokens.issue({ subject: 'grace', transport: 'body' })
      const headers = { authorization: `Bearer ${accessToken}` }
      const answer = await browser.send({ method: 'POST', url, headers })
      t.equal(answer.statusCode, status)
      t.same(setCookies(answer), [])
      t.equal(answer.headers['cache-control'], 'no-store')
      t.same(await stateOf({ app }, 'grace'), [])
      t.same((await browser.get('/me')).json(), { user: 'ada' })
      const again = await browser.send({ method: 'POST', url, headers })
      t.equal(again.statusCode, status, 'that it has ended already is no error')
      t.same(setCookies(again), [])
      t.same((await browser.get('/me')).json(), { user: 'ada' })
    },
  )

  t.test(`R14: ${url} refuses a Bearer that is none, and ends no session`, async t => {
    const { app, clock } = await testApp(t)
    const { accessToken: expired } = await app.tokens.issue({ subject: 'ada' })
    clock.advance('11m')
    const browser = new Browser(app)
    await browser.login('grace')
    const rows: [authorization: string, status: number][] = [
      ['Bearer', 400],
      ['Bearer two words', 400],
      ['Bearer garbage', 401],
      [`Bearer ${expired}`, 401],
      [`Bearer ${browser.cookies.get(names.refresh)}`, 401],
    ]
    for (const [authorization, status] of rows) {
      const answer = await browser.send({ method: 'POST', url, headers: { authorization } })
      t.equal(answer.statusCode, status, authorization.slice(0, 20))
      t.same(setCookies(answer), [])
    }
    t.equal((await browser.get('/me')).statusCode, 200)
    t.equal((await stateOf({ app }, 'ada', 'grace')).length, 2)
  })
}

t.test('R11: cookies of two sessions, which no login leaves behind, are two sessions that end', async t => {
  const { app } = await testApp(t)
  const [ada, grace] = [new Browser(app), new Browser(app)]
  await ada.login('ada')
  await grace.login('grace')
  const mixed = new Browser(app, ada.cookies)
  mixed.cookies.set(names.refresh, grace.cookies.get(names.refresh) ?? '')
  t.equal((await mixed.post('/auth/logout')).statusCode, 204)
  t.same(await stateOf({ app }, 'ada', 'grace'), [])
})

t.test('a login in the handler that logged out comes out on top', async t => {
  const { app } = await testApp(t)
  app.post('/switch', async (_request, reply) => {
    await reply.revokeTokens()
    return reply.issueTokens({ subject: 'grace' })
  })
  const browser = new Browser(app)
  await browser.login('ada')
  const answer = await browser.post('/switch')
  t.equal(setCookies(answer).length, 4)
  t.same((await browser.get('/me')).json(), { user: 'grace' })
  t.same(await stateOf({ app }, 'ada'), [])
})
