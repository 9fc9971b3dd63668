// Tabs that can't hear each other: what one of them asks for too late must not use up what another has just received.
import { Browser, names } from './http.js'
import { rule, stateOf } from './rule.js'

const form = new URLSearchParams({ if_stale: 'true' })

rule(
  'if_stale: a token in the first half of its life is left alone, and nothing rotates',
  async (t, world) => {
    const app = await world.start()
    const browser = new Browser(app)
    await browser.login('ada')
    const cookies = new Map(browser.cookies)
    const before = await stateOf(app, 'ada')
    world.events.length = 0
    world.clock.advance(299)
    world.store.isDown = true
    const answer = await browser.post('/auth/refresh', form)
    t.strictSame([answer.status, answer.json(), answer.cookies], [200, { expires_in: 301 }, []])
    t.equal(answer.headers['cache-control'], 'no-store')
    world.store.isDown = false
    t.strictSame([await stateOf(app, 'ada'), browser.cookies, world.events], [before, cookies, []])

    world.clock.advance(1)
    t.equal((await browser.post('/auth/refresh', form)).cookies.length, 2, 'half of its life is over')
    t.equal((await browser.post('/auth/refresh')).cookies.length, 2, 'who does not ask so gets new ones')
    const json = await browser.post('/auth/refresh', { if_stale: 'true' })
    t.strictSame([json.json(), json.cookies], [{ expires_in: 600 }, []])
  },
)

rule('if_stale: a tab that is overtaken by the answer to another ends no session', async (t, world) => {
  for (const parameters of [form, undefined]) {
    const app = await world.start()
    const jar = new Browser(app)
    await jar.login('ada')
    world.clock.advance(601)
    // Two tabs have sent the old cookies. The answer to the first arrives, and a third tab, whose 401 is older, refreshes.
    const [first, second] = [jar.copy(), jar.copy()]
    await first.post('/auth/refresh', form)
    await second.post('/auth/refresh', form)
    const third = first.copy()
    await third.post('/auth/refresh', parameters)
    // Then the answer to the second arrives, and is what the browser keeps.
    world.clock.advance(601)
    const last = await second.post('/auth/refresh', form)
    t.equal(last.status, parameters === undefined ? 400 : 200, 'without if_stale, the session is lost')
    await app.tokens.revokeAll('ada')
  }
})

rule(
  'if_stale: what makes the access token worthless, or another session, is no reason to wait',
  async (t, world) => {
    const app = await world.start()
    const browser = new Browser(app)
    await browser.login('ada')
    const other = new Browser(app)
    await other.login('ada')
    const mixed = browser.copy()
    mixed.cookies.set(names.access, `${other.cookies.get(names.access)}`)
    t.equal((await mixed.post('/auth/refresh', form)).cookies.length, 2, 'an access token of another session')
    mixed.cookies.set(names.access, 'garbage')
    t.equal((await mixed.post('/auth/refresh', form)).cookies.length, 2)
    mixed.cookies.delete(names.access)
    t.equal((await mixed.post('/auth/refresh', form)).cookies.length, 2)

    const [session] = await stateOf(app, 'ada')
    await app.tokens.revoke({ subject: 'ada', sid: `${session?.sid}` })
    await app.tokens.revokeAll('ada')
    t.equal((await other.post('/auth/refresh', form)).status, 400, 'revoked: refused as ever')
  },
)

rule('if_stale: a lifetime that was shortened counts from when the token was made', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('ada')
  const { cookies } = browser
  const later = new Browser(await world.start({ accessTokenLifetime: 100 }))
  for (const [name, value] of cookies) {
    later.cookies.set(name, value)
  }
  world.clock.advance(40)
  t.strictSame((await later.post('/auth/refresh', form)).json(), { expires_in: 60 })
  world.clock.advance(20)
  t.equal((await later.post('/auth/refresh', form)).cookies.length, 2, 'half of that is over')
})

rule('if_stale: only a refresh token that a cookie may hold is one (R7)', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('ada')
  const access = `${browser.cookies.get(names.access)}`
  browser.cookies.set(names.refresh, access)
  t.match((await browser.post('/auth/refresh', form)).json(), { error: 'invalid_grant' }, 'an access token')

  const issued = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  browser.cookies.set(names.access, issued.accessToken)
  browser.cookies.set(names.refresh, issued.refreshToken)
  const wrong = await browser.post('/auth/refresh', form)
  t.match([wrong.status, wrong.json()], [400, { error: 'invalid_grant' }], 'of the other transport')
})

rule('if_stale: other sites get 403, other values 400, and forged refresh tokens 400', async (t, world) => {
  const browser = new Browser(await world.start())
  await browser.login('ada')
  const headers = { 'sec-fetch-site': 'cross-site' }
  const crossed = await browser.send({ method: 'POST', url: '/auth/refresh', payload: form, headers })
  t.equal(crossed.status, 403, 'R18')
  const stranger = new Browser(browser)
  const without = await stranger.send({ method: 'POST', url: '/auth/refresh', headers })
  t.equal(without.status, 403, 'R18: also where SameSite has kept the cookies back')
  t.equal(
    (await stranger.post('/auth/refresh', form)).json().error,
    'invalid_request',
    'a page of ours has none',
  )
  const odd = await browser.post('/auth/refresh', new URLSearchParams({ if_stale: 'yes' }))
  t.match([odd.status, odd.json()], [400, { error: 'invalid_request' }])
  browser.cookies.set(names.refresh, 'forged')
  const forged = await browser.post('/auth/refresh', form)
  t.match([forged.status, forged.json()], [400, { error: 'invalid_grant' }])
})
