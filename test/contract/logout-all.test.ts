import { Browser, essence, send } from './http.js'
import { rule, stateOf } from './rule.js'

const cleared = { status: 204, text: '' }

rule('R11: all sessions of the user end, this one too, and its cookies go', async (t, world) => {
  const app = await world.start()
  const [laptop, phone, grace] = [new Browser(app), new Browser(app), new Browser(app)]
  await laptop.login('ada')
  await phone.login('ada')
  await grace.login('grace')
  const answer = await laptop.post('/auth/logout-all')
  t.match(essence(answer), cleared)
  t.equal(answer.cookies.length, 2)
  t.equal(laptop.cookies.size, 0)
  t.same(await stateOf(app, 'ada'), [])
  t.equal((await phone.get('/me')).status, 401)
  t.equal((await phone.post('/auth/refresh')).status, 400)
  t.equal((await grace.get('/me')).status, 200)
  t.same(
    world.events.filter(({ type }) => type === 'revoked').map(event => 'reason' in event && event.reason),
    ['revoke_all', 'revoke_all'],
  )
})

rule('R11: with except=current all others end', async (t, world) => {
  const app = await world.start()
  for (const payload of [{ except: 'current' }, new URLSearchParams({ except: 'current' })]) {
    const [laptop, phone] = [new Browser(app), new Browser(app)]
    await laptop.login('ada')
    await phone.login('ada')
    const answer = await laptop.post('/auth/logout-all', payload)
    t.strictSame(essence(answer), { ...cleared, headers: { 'cache-control': 'no-store' } })
    t.equal((await stateOf(app, 'ada')).length, 1)
    t.equal((await laptop.get('/me')).status, 200)
    t.equal((await laptop.post('/auth/refresh')).status, 200)
    t.equal((await phone.get('/me')).status, 401)
    await app.tokens.revokeAll('ada')
  }
})

rule('a word that is misspelt ends nothing', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('ada')
  for (const payload of [{ except: 'this' }, { except: true }, { except: ['current'] }, '{']) {
    const headers = { 'content-type': 'application/json' }
    const answer = await browser.send({ method: 'POST', url: '/auth/logout-all', payload, headers })
    t.equal(answer.status, 400)
    t.same(answer.cookies, [])
  }
  t.equal((await stateOf(app, 'ada')).length, 1)
})

rule('by Bearer no cookie is touched', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('grace')
  const { accessToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  const headers = { authorization: `Bearer ${accessToken}` }
  const answer = await browser.send({ method: 'POST', url: '/auth/logout-all', headers })
  t.strictSame(essence(answer), { ...cleared, headers: { 'cache-control': 'no-store' } })
  t.same(await stateOf(app, 'ada'), [])
  t.equal((await browser.get('/me')).status, 200)
})

rule('R26: while the store is down nothing is ended, and 503 says so', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('ada')
  const [session] = await stateOf(app, 'ada')
  world.store.isDown = true
  for (const sent of [
    { url: '/auth/sessions' },
    { method: 'POST', url: '/auth/logout-all' },
    { method: 'DELETE', url: '/auth/sessions/A' },
    { method: 'DELETE', url: `/auth/sessions/${session?.sid}` },
  ]) {
    const answer = await browser.send(sent)
    t.equal(answer.status, 503, sent.url)
    t.equal(answer.headers['retry-after'], '1')
    t.same(answer.cookies, [])
  }
  world.store.isDown = false
  t.equal((await stateOf(app, 'ada')).length, 1)
  t.equal((await send(app.port, { url: '/public' })).status, 200)
})
