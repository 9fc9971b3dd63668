import { fakeClock } from '@tokenratchet/core/testing'
import t from 'tap'
import { Browser, names, testApp } from './app.js'

const clock = fakeClock()
const { app } = await testApp(t, {}, clock)
const token = async (subject: string) => (await app.tokens.issue({ subject, transport: 'body' })).accessToken
const expired = await token('ada')
clock.advance('11m')
const good = await token('ada')
const revoked = await token('grace')
await app.tokens.revoke({ token: revoked })
const { refreshToken } = await app.tokens.issue({ subject: 'ada' })

const missing = 'Bearer'
const invalid = 'Bearer error="invalid_token", error_description="The access token is invalid"'
const malformed =
  'Bearer error="invalid_request", error_description="The request carries a malformed credential, or more than one"'

/** What comes in the Authorization header, and what WWW-Authenticate says to it. */
const challenges: Record<string, [authorization: string | undefined, status: number, challenge: string]> = {
  'no credentials': [undefined, 401, missing],
  'an empty header': ['', 401, missing],
  'another scheme': ['Basic YWRhOnB3', 401, missing],
  'a scheme that begins like ours': [`Bearertoken ${good}`, 401, missing],
  'a scheme that begins like ours, with a dash': [`Bearer-Token ${good}`, 401, missing],
  'ours in a list of schemes': [`Basic YWRhOnB3, Bearer ${good}`, 401, missing],
  'an expired token': [
    `Bearer ${expired}`,
    401,
    'Bearer error="invalid_token", error_description="The access token has expired"',
  ],
  'a revoked token': [
    `Bearer ${revoked}`,
    401,
    'Bearer error="invalid_token", error_description="The access token has been revoked"',
  ],
  'no token of ours': ['Bearer garbage', 401, invalid],
  'a forged token': [`Bearer ${good.slice(0, -4)}AAAA`, 401, invalid],
  'a refresh token': [`Bearer ${refreshToken}`, 401, invalid],
  'a token with padding': [`Bearer ${good}==`, 401, invalid],
  'half a token': [`Bearer ${good.slice(0, 60)}`, 401, invalid],
  'a token of 8 KB': [`Bearer ${'a'.repeat(8192)}`, 401, invalid],
  'the scheme alone': ['Bearer', 400, malformed],
  'the scheme and a blank': ['Bearer ', 400, malformed],
  'two tokens': [`Bearer ${good} ${good}`, 400, malformed],
  'two tokens, with a comma': [`Bearer ${good},${good}`, 400, malformed],
  'two credentials in one header': [`Bearer ${good}, Bearer ${good}`, 400, malformed],
  'a quoted token': [`Bearer "${good}"`, 400, malformed],
  'a token as a parameter': [`Bearer token="${good}"`, 400, malformed],
  'a tab for the blank': [`Bearer\t${good}`, 400, malformed],
  'a colon for the blank': [`Bearer:${good}`, 400, malformed],
  'a blank behind': [`Bearer ${good} `, 400, malformed],
  'padding inside': [`Bearer ${good}=x`, 400, malformed],
  'letters that are not ASCII': ['Bearer \u00e9\u00fc', 400, malformed],
  'a letter that is not ASCII behind the scheme': [`Bearer\u00a0${good}`, 400, malformed],
}

t.test('R14: the challenges of RFC 6750, to the letter', async t => {
  for (const [what, [authorization, status, challenge]] of Object.entries(challenges)) {
    for (const method of ['GET', 'HEAD', 'POST'] as const) {
      const headers = authorization === undefined ? {} : { authorization }
      const answer = await app.inject({ method, url: '/me', headers })
      t.equal(answer.statusCode, status, `${method} with ${what}`)
      t.equal(answer.headers['www-authenticate'], challenge)
      t.notOk(answer.body.includes(good), 'R16: nothing of the input is in the answer')
    }
  }
})

t.test('a Bearer token in any letters of its scheme, behind any number of blanks', async t => {
  for (const scheme of ['Bearer', 'bearer', 'BEARER', 'bEARER']) {
    for (const blanks of [' ', '   ']) {
      for (const method of ['GET', 'HEAD', 'POST'] as const) {
        const headers = { authorization: scheme + blanks + good }
        const answer = await app.inject({ method, url: '/me', headers })
        t.equal(answer.statusCode, 200)
        t.equal(answer.body, method === 'HEAD' ? '' : '{"user":"ada"}')
        t.equal(answer.headers['www-authenticate'], undefined)
      }
    }
  }
})

t.test('R15: a token in a query string, a form or a body of JSON is no credential', async t => {
  for (const name of ['access_token', 'token', names.access]) {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const requests = [
      { method: 'GET', url: `/me?${name}=${good}` },
      { method: 'POST', url: '/me', headers: form, payload: `${name}=${good}` },
      { method: 'POST', url: '/me', payload: { [name]: good } },
      { method: 'GET', url: '/me', headers: { [name]: good, 'x-access-token': good } },
      { method: 'GET', url: '/me', headers: { 'proxy-authorization': `Bearer ${good}` } },
    ] as const
    for (const request of requests) {
      const answer = await app.inject(request)
      t.equal(answer.statusCode, 401, `${name} in ${JSON.stringify(request).slice(0, 40)}`)
      t.equal(answer.headers['www-authenticate'], missing)
    }
  }
})

const cookie = `${names.access}=${good}`

t.test('R15: a Bearer is the only credential considered, even a bad one beside a good cookie', async t => {
  const other = await token('grace')
  const rows: [authorization: string, cookie: string, status: number, user?: string][] = [
    [`Bearer ${other}`, cookie, 200, 'grace'],
    [`Bearer ${other}`, `${names.access}=garbage`, 200, 'grace'],
    [`Bearer ${expired}`, cookie, 401],
    [`Bearer ${revoked}`, cookie, 401],
    ['Bearer garbage', cookie, 401],
    ['Bearer', cookie, 400],
    ['Bearer a b', cookie, 400],
    ['Basic YWRhOnB3', cookie, 200, 'ada'],
    ['Basic YWRhOnB3', `${names.access}=garbage`, 401],
    ['', cookie, 200, 'ada'],
  ]
  for (const [authorization, cookie, status, user] of rows) {
    const answer = await app.inject({ url: '/me', headers: { authorization, cookie } })
    t.equal(answer.statusCode, status, `${authorization.slice(0, 20)} beside ${cookie.slice(0, 40)}`)
    t.match(answer.json(), user === undefined ? { statusCode: status } : { user })
  }
})

t.test('an expired session cookie is answered as a dead token, not as nobody', async t => {
  const browser = new Browser(app, [[names.access, expired]])
  const answer = await browser.get('/me')
  t.match([answer.statusCode, answer.headers['www-authenticate']], [401, /invalid_token.*expired/])
})

t.test('the guard is asked before a body is read', async t => {
  const payload = 'x'.repeat(2 ** 21)
  t.equal((await app.inject({ method: 'POST', url: '/me', payload })).statusCode, 401)
  const headers = { authorization: `Bearer ${good}`, 'content-type': 'application/json' }
  t.equal((await app.inject({ method: 'POST', url: '/me', payload, headers })).statusCode, 413)
})
