// RFC 7009.
import { type Answer, Browser, essence, names, send } from './http.js'
import { rule, stateOf } from './rule.js'

const revoke = (port: number, members: Record<string, string>): Promise<Answer> =>
  send(port, { method: 'POST', url: '/auth/revoke', payload: new URLSearchParams(members) })

const success = { status: 200, headers: { 'cache-control': 'no-store', 'content-length': '0' }, text: '' }

rule('either token of a session revokes it, whatever the hint says', async (t, world) => {
  const app = await world.start()
  for (const kind of ['refreshToken', 'accessToken'] as const) {
    for (const hint of [undefined, 'refresh_token', 'access_token', 'saml2_token']) {
      const issued = await app.tokens.issue({ subject: 'ada', transport: 'body' })
      const other = await app.tokens.issue({ subject: 'ada', transport: 'body' })
      const answer = await revoke(app.port, {
        token: issued[kind],
        ...(hint !== undefined && { token_type_hint: hint }),
      })
      t.strictSame(essence(answer), success, `${kind}, ${hint}`)
      t.match(world.events.at(-1), { type: 'revoked', reason: 'revoke', sid: issued.sid })
      t.same(
        (await stateOf(app, 'ada')).map(({ sid }) => sid),
        [other.sid],
      )
      t.throws(() => app.tokens.verify(issued.accessToken), { code: 'ERR_ACCESS_TOKEN_REVOKED' })
      await t.rejects(app.tokens.refresh(issued.refreshToken), { code: 'ERR_INVALID_GRANT' })
      await app.tokens.revokeAll('ada')
    }
  }
})

rule(
  'RFC 7009 section 2.2: a token that names no session is revoked already, and nothing changes',
  async (t, world) => {
    const app = await world.start()
    const { refreshToken, accessToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
    const { accessToken: dead } = await app.tokens.issue({ subject: 'grace', transport: 'body' })
    world.clock.advance('11m')
    const before = await stateOf(app, 'ada', 'grace')
    const forged = refreshToken.slice(0, -1) + (refreshToken.endsWith('A') ? 'B' : 'A')
    for (const token of [
      'garbage',
      forged,
      'A'.repeat(100),
      accessToken.slice(0, -2),
      'é',
      'a'.repeat(4000),
      dead,
    ]) {
      t.strictSame(essence(await revoke(app.port, { token })), success, token.slice(0, 20))
    }
    t.same(await stateOf(app, 'ada', 'grace'), before)
    const ended = await revoke(app.port, { token: refreshToken })
    t.strictSame(essence(ended), success)
    t.strictSame(essence(await revoke(app.port, { token: refreshToken })), success, 'and a second time')
  },
)

rule('a request to revoke nothing, or two tokens, is invalid_request', async (t, world) => {
  const app = await world.start()
  const { refreshToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  const payloads = [
    new URLSearchParams(),
    new URLSearchParams({ token: '' }),
    new URLSearchParams({ refresh_token: refreshToken }),
    new URLSearchParams([
      ['token', refreshToken],
      ['token', refreshToken],
    ]),
    { token: [refreshToken] },
    {},
  ]
  for (const payload of payloads) {
    const answer = await send(app.port, { method: 'POST', url: '/auth/revoke', payload })
    t.equal(answer.status, 400)
    t.equal(answer.json().error, 'invalid_request')
  }
  t.equal((await send(app.port, { method: 'POST', url: '/auth/revoke' })).status, 400)
  t.equal((await stateOf(app, 'ada')).length, 1)
})

rule('R18: a cookie revokes nothing, and a page of another site can’t use it', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('ada')
  const headers = { 'sec-fetch-site': 'cross-site' }
  const answer = await browser.send({ method: 'POST', url: '/auth/revoke', headers, payload: {} })
  t.equal(answer.status, 400)
  t.same(answer.cookies, [])
  t.same((await browser.get('/me')).json(), { user: 'ada' })
})

rule('whoever holds a token of the cookie transport may revoke it too: it has leaked', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('ada')
  const token = browser.cookies.get(names.refresh) ?? ''
  t.strictSame(essence(await revoke(app.port, { token })), success)
  t.same(await stateOf(app, 'ada'), [])
  t.equal((await browser.get('/me')).status, 401)
})

rule('R26: a revocation that the store did not hear of is 503', async (t, world) => {
  const app = await world.start()
  const { refreshToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  world.store.isDown = true
  const answer = await revoke(app.port, { token: refreshToken })
  t.equal(answer.status, 503)
  t.equal(answer.headers['retry-after'], '1')
  t.equal(answer.json().error, 'temporarily_unavailable')
  world.store.isDown = false
  t.equal((await stateOf(app, 'ada')).length, 1)
})
