import t from 'tap'
import { Browser, names, setCookies, stateOf, testApp } from './app.js'

t.test('R5: every refresh sets two new cookies, and the session goes on', async t => {
  const { app, clock, events } = await testApp(t)
  const browser = new Browser(app)
  await browser.login('ada')
  const seen = new Set(browser.cookies.values())
  const [session] = await stateOf({ app }, 'ada')
  for (let turn = 1; turn <= 3; turn++) {
    clock.advance(601)
    t.equal((await browser.get('/me')).statusCode, 401)
    const answer = await browser.post('/auth/refresh')
    t.equal(answer.statusCode, 200)
    t.strictSame(answer.json(), { expires_in: 600 })
    t.match(answer.headers, { 'content-type': /^application\/json/, 'cache-control': 'no-store' })
    t.same((await browser.get('/me')).json(), { user: 'ada' })
    for (const value of browser.cookies.values()) {
      t.notOk(seen.has(value))
      seen.add(value)
    }
  }
  t.match(await stateOf({ app }, 'ada'), [{ sid: session?.sid }])
  t.equal(events.filter(({ type }) => type === 'refreshed').length, 3)
})

t.test('R5: a reused token ends the session of thief and victim, with one event', async t => {
  const { app, events } = await testApp(t)
  const victim = new Browser(app)
  await victim.login('ada')
  const thief = new Browser(app, victim.cookies)
  await victim.post('/auth/refresh')
  await victim.post('/auth/refresh')
  t.equal((await victim.get('/me')).statusCode, 200)
  t.equal((await thief.post('/auth/refresh')).statusCode, 400)
  t.equal((await victim.get('/me')).statusCode, 401)
  t.equal((await victim.post('/auth/refresh')).statusCode, 400)
  t.equal(events.filter(({ type }) => type === 'reused').length, 1)
})

t.test('tabs that refresh at once all succeed, and whichever cookie is kept last is good', async t => {
  const { app } = await testApp(t)
  const browser = new Browser(app)
  await browser.login('ada')
  const tabs = [1, 2, 3].map(() => new Browser(app, browser.cookies))
  const answers = await Promise.all(tabs.map(tab => tab.post('/auth/refresh')))
  t.same(
    answers.map(({ statusCode }) => statusCode),
    [200, 200, 200],
  )
  for (const tab of tabs) {
    t.equal((await tab.get('/me')).statusCode, 200)
  }
  t.equal((await tabs[1]?.post('/auth/refresh'))?.statusCode, 200)
})

t.test('without a refresh cookie there is nothing to refresh: invalid_request', async t => {
  const { app } = await testApp(t)
  const signedIn = new Browser(app)
  await signedIn.login('ada')
  const browsers = [
    new Browser(app),
    new Browser(app, [[names.refresh, '']]),
    new Browser(app, signedIn.cookies),
  ]
  browsers[2]?.cookies.delete(names.refresh)
  for (const browser of browsers) {
    const answer = await browser.post('/auth/refresh')
    t.match([answer.statusCode, answer.json()], [400, { error: 'invalid_request' }])
    t.same(setCookies(answer), [])
    t.equal(answer.headers['www-authenticate'], undefined, 'the challenge is for guarded routes')
  }
})
