import { essence, type Sent, send } from './http.js'
import { rule, stateOf } from './rule.js'

const form = (members: Record<string, string>): URLSearchParams => new URLSearchParams(members)

const refreshBy = (payload: NonNullable<Sent['payload']>): Sent => ({
  method: 'POST',
  url: '/auth/refresh',
  payload,
})

rule(
  'R2, R3: a login for the body transport answers the JSON of RFC 6749 section 5.1, and no cookie',
  async (t, world) => {
    const app = await world.start()
    const answer = await send(app.port, {
      method: 'POST',
      url: '/login',
      payload: { subject: 'ada', transport: 'body' },
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    const body = answer.json()
    t.equal(answer.status, 200)
    t.same(Object.keys(body), ['access_token', 'token_type', 'expires_in', 'refresh_token'])
    t.match(body, { token_type: 'Bearer', expires_in: 600 })
    t.equal(answer.headers['cache-control'], 'no-store')
    t.same(answer.cookies, [])
    const headers = { authorization: `Bearer ${body.access_token}` }
    t.same((await send(app.port, { url: '/me', headers })).json(), { user: 'ada' })
    t.match(world.events[0], { type: 'issued', transport: 'body' })
  },
)

rule('the option `transport` decides for logins that do not say', async (t, world) => {
  const app = await world.start({ transport: 'body' })
  const login = (grant: object) => send(app.port, { method: 'POST', url: '/login', payload: grant })
  t.match((await login({ subject: 'ada' })).json(), { token_type: 'Bearer' })
  const headers = { 'sec-fetch-site': 'same-origin' }
  const inCookies = await send(app.port, {
    method: 'POST',
    url: '/login',
    payload: { subject: 'ada', transport: 'cookie' },
    headers,
  })
  t.strictSame(inCookies.json(), { expires_in: 600 })
  t.equal(inCookies.cookies.length, 2)
})

rule(
  'R3, R5: a refresh token in a form or in JSON is traded for a successor in the body',
  async (t, world) => {
    const app = await world.start()
    let { refreshToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
    for (const asJson of [false, true, false]) {
      world.clock.advance(1)
      const members = { grant_type: 'refresh_token', refresh_token: refreshToken }
      const answer = await send(app.port, refreshBy(asJson ? members : form(members)))
      const body = answer.json()
      t.strictSame(essence(answer), {
        status: 200,
        headers: {
          'cache-control': 'no-store',
          'content-type': 'application/json; charset=utf-8',
          'content-length': `${answer.text.length}`,
        },
        text: JSON.stringify({
          access_token: body.access_token,
          token_type: 'Bearer',
          expires_in: 600,
          refresh_token: body.refresh_token,
        }),
      })
      t.not(body.refresh_token, refreshToken)
      t.match(app.tokens.verify(body.access_token), { sub: 'ada' })
      refreshToken = body.refresh_token
    }
  },
)

rule(
  'R3: what a refresh by body lacks or has too much of is refused by name, and nothing changes',
  async (t, world) => {
    const app = await world.start()
    const { refreshToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
    const before = await stateOf(app, 'ada')
    world.clock.advance(1)
    const good = { grant_type: 'refresh_token', refresh_token: refreshToken }
    const twice = (name: string) => new URLSearchParams([...Object.entries(good), [name, 'x']])
    const rows: [what: string, payload: NonNullable<Sent['payload']>, error: string][] = [
      ['no grant type', form({ refresh_token: refreshToken }), 'invalid_request'],
      ['an empty grant type', form({ ...good, grant_type: '' }), 'invalid_request'],
      ['another grant type', form({ ...good, grant_type: 'password' }), 'unsupported_grant_type'],
      ['another spelling of it', { ...good, grant_type: 'Refresh_Token' }, 'unsupported_grant_type'],
      ['no token', form({ grant_type: 'refresh_token' }), 'invalid_request'],
      ['an empty token', form({ ...good, refresh_token: '' }), 'invalid_request'],
      ['a token twice', twice('refresh_token'), 'invalid_request'],
      [
        'the same token twice',
        new URLSearchParams([...Object.entries(good), ...Object.entries(good)]),
        'invalid_request',
      ],
      ['a grant type twice', twice('grant_type'), 'invalid_request'],
      [
        'a scope twice',
        new URLSearchParams([...Object.entries({ ...good, scope: 'a' }), ['scope', 'a']]),
        'invalid_request',
      ],
      ['a list of tokens', { ...good, refresh_token: [refreshToken] }, 'invalid_request'],
      ['a number', { ...good, refresh_token: 5 }, 'invalid_request'],
      ['an object', { ...good, refresh_token: { toString: 'x' } }, 'invalid_request'],
      ['a list', [good], 'invalid_request'],
    ]
    for (const [what, payload, error] of rows) {
      const answer = await send(app.port, {
        ...refreshBy(payload),
        headers: { 'sec-fetch-site': 'same-origin' },
      })
      t.equal(answer.status, 400, what)
      t.match(answer.json(), { error, error_description: String }, what)
      t.equal(answer.headers['cache-control'], 'no-store')
      t.equal(answer.headers['www-authenticate'], undefined)
    }
    t.same(
      world.events.slice(1).map(({ type }) => type),
      rows.map(() => 'refused'),
      'R32: one event for each',
    )
    t.same(await stateOf(app, 'ada'), before)
    t.equal((await send(app.port, refreshBy(form(good)))).status, 200)
  },
)

rule('R3: an unknown parameter is ignored, and so is an empty one', async (t, world) => {
  const app = await world.start()
  let { refreshToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  const extras: [string, string][][] = [
    [
      ['client_id', 'app'],
      ['client_secret', 's'],
      ['audience', 'x'],
    ],
    [
      ['client_id', 'app'],
      ['client_id', 'app'],
    ],
    [['scope', '']],
    [
      ['__proto__', 'x'],
      ['constructor', 'x'],
      ['toString', 'x'],
    ],
  ]
  for (const extra of extras) {
    const good = { grant_type: 'refresh_token', refresh_token: refreshToken }
    const answer = await send(app.port, refreshBy(new URLSearchParams([...Object.entries(good), ...extra])))
    t.equal(answer.status, 200, JSON.stringify(extra))
    refreshToken = answer.json().refresh_token
  }
})

rule(
  'a client of the body transport may authenticate itself: that header is nobody’s access token',
  async (t, world) => {
    const app = await world.start()
    const { refreshToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
    const payload = form({ grant_type: 'refresh_token', refresh_token: refreshToken })
    for (const authorization of ['Basic YXBwOg==', 'Bearer garbage', 'Bearer']) {
      const answer = await send(app.port, { ...refreshBy(payload), headers: { authorization } })
      t.equal(answer.status, 200, authorization)
    }
  },
)

rule('a token that is missing is missing, wherever the request comes from', async (t, world) => {
  const app = await world.start()
  const payload = form({ grant_type: 'refresh_token', refresh_token: '' })
  for (const headers of [{}, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }]) {
    const answer = await send(app.port, { ...refreshBy(payload), headers })
    t.equal(answer.status, 400)
    t.equal(answer.json().error, 'invalid_request')
  }
  t.match(world.events, [
    { type: 'refused', credential: 'refresh_token', reason: 'missing' },
    { type: 'refused', credential: 'refresh_token', reason: 'missing' },
  ])
})
