// The example apps as mobile and API clients use them: both tokens in bodies, no cookies.
import t from 'tap'
import { Browser, examples, password, type Server, servers, start, tokens } from './helpers/example.js'

const form = 'application/x-www-form-urlencoded'

for (const example of examples) {
  t.test(example, async t => {
    const app = await start(example)
    const browser = new Browser(app)
    const email = await browser.logIn()

    t.test('/token answers both tokens in its body, and nothing in cookies', async t => {
      const client = new Browser(app)
      const { status, body, headers, cookies } = await client.post('/token', { email, password })
      t.equal(status, 200)
      const names = ['access_token', 'expires_in', 'refresh_token', 'token_type']
      t.same(Object.keys(body).sort(), names)
      t.match(body, { token_type: 'Bearer', expires_in: 600 })
      t.equal(headers.get('cache-control'), 'no-store')
      t.same(cookies, [])
      const me = await get(app, body['access_token'])
      t.equal(me.status, 200)
      t.match(me.body, { email })
    })

    t.test('/token refuses what /login refuses, in the same words', async t => {
      const client = new Browser(app)
      const bodies = [
        {},
        { email },
        { email, password: `${password}x` },
        { email: 'a@example.com', password },
      ]
      for (const body of bodies) {
        const [token, login] = [await client.post('/token', body), await client.post('/login', body)]
        t.same([token.status, token.body, token.cookies], [login.status, login.body, []])
      }
    })

    for (const type of [form, 'application/json']) {
      t.test(`a refresh by ${type} answers a successor, with which the next one works`, async t => {
        const first = await logIn(app, email)
        const second = await refresh(app, first['refresh_token'], type)
        t.equal(second.status, 200)
        t.same(Object.keys(second.body).sort(), Object.keys(first).sort())
        t.not(second.body['refresh_token'], first['refresh_token'])
        t.same(second.cookies, [])
        t.equal((await get(app, second.body['access_token'])).status, 200)
        t.equal((await refresh(app, second.body['refresh_token'], type)).status, 200)

        const reuse = await refresh(app, first['refresh_token'], type)
        t.equal(reuse.status, 400, 'the first one is dead, and ends the session')
        t.match(reuse.body, { error: 'invalid_grant' })
        t.equal((await get(app, second.body['access_token'])).status, 401)
      })
    }

    t.test('a revocation of the refresh token ends the access token too', async t => {
      const issued = await logIn(app, email)
      const revoked = await send(app, '/auth/revoke', { token: issued['refresh_token'] }, form)
      t.equal(revoked.status, 200)
      t.equal((await get(app, issued['access_token'])).status, 401)
      t.match((await refresh(app, issued['refresh_token'], form)).body, { error: 'invalid_grant' })
      t.equal((await browser.get('/me')).status, 200, 'other sessions of the user go on')
    })

    t.test('a token of the one transport is worth nothing in the other', async t => {
      const issued = await logIn(app, email)
      const jar = new Map([['refresh_token', String(issued['refresh_token'])]])
      t.equal((await new Browser(app, jar).refresh()).status, 400)
      t.equal((await refresh(app, browser.jar.get('refresh_token'), form)).status, 400)
      t.equal((await browser.refresh()).status, 200)
    })

    t.test('its log holds no token and no password', async t => {
      const logs = [...servers].map(({ stdout, stderr }) => stdout + stderr).join('')
      t.match(logs, /"url":"\/token"/)
      t.notOk([...tokens, password].some(secret => logs.includes(secret)))
    })
  })
}

async function logIn(app: Server, email: string) {
  const { body } = await new Browser(app).post('/token', { email, password })
  tokens.add(String(body['access_token'])).add(String(body['refresh_token']))
  return body
}

async function refresh(app: Server, token: unknown, type: string) {
  const answer = await send(app, '/auth/refresh', { grant_type: 'refresh_token', refresh_token: token }, type)
  if (answer.status === 200) {
    tokens.add(String(answer.body['access_token'])).add(String(answer.body['refresh_token']))
  }
  return answer
}

/** As clients that are no browsers send it: without a header that says where it comes from. */
function send(app: Server, path: string, members: Record<string, unknown>, type: string) {
  const body =
    type === form ? String(new URLSearchParams(members as Record<string, string>)) : JSON.stringify(members)
  return new Browser(app).send(path, { method: 'POST', headers: { 'content-type': type }, body })
}

function get(app: Server, accessToken: unknown) {
  return new Browser(app).send('/me', { method: 'GET', headers: { authorization: `Bearer ${accessToken}` } })
}
