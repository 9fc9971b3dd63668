// What people see of their sessions, and what they can end.
import { Browser, essence, names, send } from './http.js'
import { rule, stateOf } from './rule.js'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'
const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'

const login = (browser: Browser, subject: string, userAgent: string, more: object = {}) =>
  browser.send({
    method: 'POST',
    url: '/login',
    payload: { subject, ...more },
    headers: { 'user-agent': userAgent },
  })

rule('R11: the list has one’s own sessions with their devices, the last used first', async (t, world) => {
  const app = await world.start()
  const [laptop, phone, other] = [new Browser(app), new Browser(app), new Browser(app)]
  await login(laptop, 'ada', firefox, { ip: '192.0.2.7', scope: 'read' })
  await new Promise(resolve => setTimeout(resolve, world.storeName === 'redis' ? 2 : 0))
  world.clock.advance(60)
  await login(phone, 'ada', iphone)
  await login(other, 'grace', firefox)
  const answer = await laptop.get('/auth/sessions')
  t.equal(answer.status, 200)
  t.equal(answer.headers['cache-control'], 'no-store')
  t.same(answer.cookies, [])
  const { sessions } = answer.json()
  t.match(sessions, [
    { current: false, device: 'Safari on iOS' },
    { current: true, device: 'Firefox on Linux', ip: '192.0.2.7', scope: 'read' },
  ])
  t.equal(sessions.length, 2)
  const [newest] = await stateOf(app, 'ada')
  t.same(sessions[0], {
    sid: newest?.sid,
    current: false,
    device: 'Safari on iOS',
    created_at: newest?.createdAt.toISOString(),
    used_at: newest?.usedAt.toISOString(),
    idle_until: newest?.idleUntil.toISOString(),
    absolute_until: newest?.absoluteUntil.toISOString(),
  })
})

rule('R10: no credential can be made from the list', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('ada')
  const { text } = await browser.get('/auth/sessions')
  for (const token of browser.cookies.values()) {
    const parts = [token, token.slice(0, 40), Buffer.from(token, 'base64url').toString('base64url', 21, 37)]
    t.notOk(parts.some(part => text.includes(part)))
  }
})

rule('R14: the list and what ends sessions need an access token, by cookie or Bearer', async (t, world) => {
  const app = await world.start()
  const { accessToken, refreshToken, sid } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  const asked = [
    { method: 'GET', url: '/auth/sessions' },
    { method: 'DELETE', url: `/auth/sessions/${sid}` },
    { method: 'POST', url: '/auth/logout-all' },
  ]
  const cookie = `${names.refresh}=${refreshToken}`
  for (const sent of asked) {
    const headers = { 'sec-fetch-site': 'same-origin' }
    const nobody = await send(app.port, { ...sent, headers })
    t.equal(nobody.status, 401, sent.url)
    t.equal(nobody.headers['www-authenticate'], 'Bearer')
    t.equal((await send(app.port, { ...sent, headers: { ...headers, cookie } })).status, 401)
    const dead = await send(app.port, { ...sent, headers: { authorization: 'Bearer dead' } })
    t.match(dead.headers['www-authenticate'], /error="invalid_token"/)
  }
  t.equal((await stateOf(app, 'ada')).length, 1)
  const headers = { authorization: `Bearer ${accessToken}` }
  t.match((await send(app.port, { url: '/auth/sessions', headers })).json(), {
    sessions: [{ sid, current: true }],
  })
})

rule('R11: one ends a session of one’s own by its id, and nobody else’s', async (t, world) => {
  const app = await world.start()
  const [laptop, phone, grace] = [new Browser(app), new Browser(app), new Browser(app)]
  await laptop.login('ada')
  const [own] = await stateOf(app, 'ada')
  await phone.login('ada')
  await grace.login('grace')
  const [foreign] = await stateOf(app, 'grace')
  const target = (await stateOf(app, 'ada')).find(({ sid }) => sid !== own?.sid)?.sid ?? ''

  for (const sid of [foreign?.sid ?? '', 'unknown', 'A'.repeat(22), '%00', '..%2fsessions', '__proto__']) {
    const answer = await laptop.send({ method: 'DELETE', url: `/auth/sessions/${sid}` })
    t.equal(answer.status, 404, sid)
    t.same(answer.cookies, [])
  }
  t.equal((await grace.get('/me')).status, 200)

  const ended = await laptop.send({ method: 'DELETE', url: `/auth/sessions/${target}` })
  t.strictSame(essence(ended), { status: 204, headers: { 'cache-control': 'no-store' }, text: '' })
  t.equal((await phone.get('/me')).status, 401)
  t.equal((await phone.post('/auth/refresh')).status, 400)
  t.equal((await laptop.get('/me')).status, 200)
  t.match(
    world.events.filter(({ type }) => type === 'revoked'),
    [{ reason: 'revoke', sid: target }],
  )
  const again = await laptop.send({ method: 'DELETE', url: `/auth/sessions/${target}` })
  t.equal(again.status, 404)
})

rule('to end the current session is to log out', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('ada')
  const [session] = await stateOf(app, 'ada')
  const answer = await browser.send({ method: 'DELETE', url: `/auth/sessions/${session?.sid}` })
  t.equal(answer.status, 204)
  t.equal(answer.cookies.length, 2)
  t.equal(browser.cookies.size, 0)
  t.same(await stateOf(app, 'ada'), [])
})

rule('R18: another site ends no session', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('ada')
  const [session] = await stateOf(app, 'ada')
  const headers = { 'sec-fetch-site': 'cross-site' }
  for (const sent of [
    { method: 'DELETE', url: `/auth/sessions/${session?.sid}` },
    { method: 'POST', url: '/auth/logout-all' },
  ]) {
    const answer = await browser.send({ ...sent, headers })
    t.equal(answer.status, 403)
    t.same(answer.cookies, [])
  }
  t.equal((await browser.get('/me')).status, 200)
})

rule('R1: the list is for GET and HEAD, a session for DELETE', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('ada')
  const head = await browser.send({ method: 'HEAD', url: '/auth/sessions' })
  t.equal(head.status, 200)
  t.equal(head.text, '')
  for (const [url, method, allow] of [
    ['/auth/sessions', 'POST', 'GET, HEAD'],
    ['/auth/sessions', 'DELETE', 'GET, HEAD'],
    ['/auth/sessions/x', 'GET', 'DELETE'],
    ['/auth/sessions/x', 'POST', 'DELETE'],
  ] as const) {
    const answer = await browser.send({ method, url })
    t.equal(answer.status, 405, `${method} ${url}`)
    t.equal(answer.headers.allow, allow)
  }
  t.equal((await browser.send({ method: 'DELETE', url: '/auth/sessions/' })).status, 404)
})
