import { Browser, essence, names } from './http.js'
import { rule, stateOf } from './rule.js'

rule('R5: every refresh sets two new cookies, and the session goes on', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('ada')
  const seen = new Set(browser.cookies.values())
  const [session] = await stateOf(app, 'ada')
  for (let turn = 1; turn <= 3; turn++) {
    world.clock.advance(601)
    t.equal((await browser.get('/me')).status, 401)
    const answer = await browser.post('/auth/refresh')
    t.equal(answer.cookies.length, 2)
    t.strictSame(essence(answer), {
      status: 200,
      headers: {
        'cache-control': 'no-store',
        'set-cookie': answer.cookies,
        'content-type': 'application/json; charset=utf-8',
        'content-length': '18',
      },
      text: '{"expires_in":600}',
    })
    t.same((await browser.get('/me')).json(), { user: 'ada' })
    for (const value of browser.cookies.values()) {
      t.notOk(seen.has(value))
      seen.add(value)
    }
  }
  t.match(await stateOf(app, 'ada'), [{ sid: session?.sid }])
  t.equal(world.events.filter(({ type }) => type === 'refreshed').length, 3)
})

rule('R5: a reused token ends the session of thief and victim, with one event', async (t, world) => {
  const victim = new Browser(await world.start())
  await victim.login('ada')
  const thief = victim.copy()
  await victim.post('/auth/refresh')
  await victim.post('/auth/refresh')
  t.equal((await victim.get('/me')).status, 200)
  t.equal((await thief.post('/auth/refresh')).status, 400)
  t.equal((await victim.get('/me')).status, 401)
  t.equal((await victim.post('/auth/refresh')).status, 400)
  t.equal(world.events.filter(({ type }) => type === 'reused').length, 1)
})

rule('tabs that refresh at once all succeed, and whichever cookie is kept last is good', async (t, world) => {
  const browser = new Browser(await world.start())
  await browser.login('ada')
  const tabs = [1, 2, 3].map(() => browser.copy())
  const answers = await Promise.all(tabs.map(tab => tab.post('/auth/refresh')))
  t.same(
    answers.map(({ status }) => status),
    [200, 200, 200],
  )
  for (const tab of tabs) {
    t.equal((await tab.get('/me')).status, 200)
  }
  t.equal((await tabs[1]?.post('/auth/refresh'))?.status, 200)
})

rule('without a refresh cookie there is nothing to refresh: invalid_request', async (t, world) => {
  const app = await world.start()
  const signedIn = new Browser(app)
  await signedIn.login('ada')
  signedIn.cookies.delete(names.refresh)
  const text = JSON.stringify({
    error: 'invalid_request',
    error_description: 'The request carries no credential, a malformed one, or more than one',
  })
  for (const browser of [new Browser(app), new Browser(app, [[names.refresh, '']]), signedIn]) {
    const expected = {
      status: 400,
      headers: {
        'cache-control': 'no-store',
        'content-type': 'application/json; charset=utf-8',
        'content-length': `${text.length}`,
      },
      text,
    }
    t.strictSame(essence(await browser.post('/auth/refresh')), expected, 'no challenge, and no cookie')
  }
})
