import { Browser } from './http.js'
import { rule, stateOf } from './rule.js'

rule('R11: a login ends the session that was presented with it', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('ada')
  const old = browser.copy()
  const [first] = await stateOf(app, 'ada')
  const sid = first?.sid
  world.clock.advance(1)
  await browser.login('ada')
  const sessions = await stateOf(app, 'ada')
  t.equal(sessions.length, 1)
  t.not(sessions[0]?.sid, sid)
  t.match(world.events.slice(1), [{ type: 'revoked', reason: 'replaced', sid }, { type: 'issued' }])
  t.equal((await old.get('/me')).status, 401, 'its access token is dead at once')
  t.equal((await old.post('/auth/refresh')).status, 400)
  t.equal((await browser.get('/me')).status, 200)
})

rule('R11: the session presented may be of another subject', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('ada')
  const ada = browser.copy()
  await browser.login('grace')
  t.same(await stateOf(app, 'ada'), [])
  t.equal((await ada.get('/me')).status, 401)
  t.same((await browser.get('/me')).json(), { user: 'grace' })
})

rule('R11: any generation of the refresh cookie names the session that ends', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('ada')
  const early = browser.copy()
  for (let turn = 0; turn < 3; turn++) {
    world.clock.advance(60)
    await browser.post('/auth/refresh')
  }
  await early.login('grace')
  t.same(await stateOf(app, 'ada'), [])
  t.equal((await browser.post('/auth/refresh')).status, 400)
})
