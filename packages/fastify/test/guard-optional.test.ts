import { fakeClock } from '@tokenratchet/core/testing'
import t from 'tap'
import { names, testApp } from './app.js'

const clock = fakeClock()
const { app, events } = await testApp(t, {}, clock)
const token = async (subject: string) => (await app.tokens.issue({ subject, transport: 'body' })).accessToken
const expired = await token('ada')
clock.advance('11m')
const good = await token('ada')
const revoked = await token('grace')
await app.tokens.revoke({ token: revoked })

const cookie = (value: string): string => `${names.access}=${value}`
type Headers = Record<string, string>

/** Who is seen where a user is optional, or the status of the refusal. */
const rows: Record<string, [headers: Headers, seen: 'ada' | null | 400 | 401 | 403]> = {
  nothing: [{}, null],
  'a cookie': [{ cookie: cookie(good) }, 'ada'],
  'an expired cookie': [{ cookie: cookie(expired) }, null],
  'a revoked cookie': [{ cookie: cookie(revoked) }, null],
  'a cookie that is none of ours': [{ cookie: cookie('garbage') }, null],
  'two cookies': [{ cookie: `${cookie(good)}; ${cookie(good)}` }, null],
  'a Bearer': [{ authorization: `Bearer ${good}` }, 'ada'],
  'an expired Bearer': [{ authorization: `Bearer ${expired}` }, null],
  'a revoked Bearer': [{ authorization: `Bearer ${revoked}` }, null],
  'an expired Bearer beside a good cookie': [
    { authorization: `Bearer ${expired}`, cookie: cookie(good) },
    null,
  ],
  'a Bearer that never was one': [{ authorization: 'Bearer garbage' }, 401],
  'a Bearer that never was one beside a good cookie': [
    { authorization: 'Bearer garbage', cookie: cookie(good) },
    401,
  ],
  'a malformed Bearer': [{ authorization: 'Bearer' }, 400],
  'a malformed Bearer beside a good cookie': [{ authorization: 'Bearer a b', cookie: cookie(good) }, 400],
  'another scheme': [{ authorization: 'Basic YWRhOnB3' }, null],
  'another scheme beside a good cookie': [{ authorization: 'Basic YWRhOnB3', cookie: cookie(good) }, 'ada'],
}

t.test('optional: no or dead credentials are nobody, and a Bearer that is none is refused', async t => {
  for (const [what, [headers, seen]] of Object.entries(rows)) {
    for (const method of ['GET', 'POST'] as const) {
      const answer = await app.inject({
        method,
        url: '/maybe',
        headers: { 'sec-fetch-site': 'same-origin', ...headers },
      })
      if (typeof seen === 'number') {
        t.equal(answer.statusCode, seen, `${method} with ${what}`)
        t.match(answer.headers['www-authenticate'], seen === 401 ? /invalid_token/ : /invalid_request/)
      } else {
        t.equal(answer.statusCode, 200, `${method} with ${what}`)
        t.strictSame(answer.json(), { user: seen })
        t.equal(answer.headers['www-authenticate'], undefined)
      }
    }
  }
})

t.test('R18: where a user is optional, a cookie from another site does not write', async t => {
  const headers = { cookie: cookie(good), 'sec-fetch-site': 'cross-site' }
  const answer = await app.inject({ method: 'POST', url: '/maybe', headers })
  t.match([answer.statusCode, answer.json()], [403, { code: 'ERR_FORBIDDEN_ORIGIN' }])
  t.same((await app.inject({ method: 'GET', url: '/maybe', headers })).json(), { user: 'ada' })
})

t.test('R32: every refusal is one event, also where a user is optional', async t => {
  for (const [what, [headers, seen]] of Object.entries(rows)) {
    events.length = 0
    await app.inject({ url: '/maybe', headers })
    const isRefused = /expired|revoked|none of ours|never was|malformed/.test(what)
    t.match(events, isRefused ? [{ type: 'refused', credential: 'access_token' }] : [], `${what}: ${seen}`)
    t.equal(events.length, isRefused ? 1 : 0)
  }
})

t.test('without auth nobody is seen, whatever comes', async t => {
  for (const headers of [
    {},
    { cookie: cookie(good) },
    { authorization: `Bearer ${good}` },
    { authorization: 'Bearer' },
  ]) {
    const answer = await app.inject({ url: '/public', headers })
    t.strictSame([answer.statusCode, answer.json()], [200, { user: null }])
  }
})

t.test('each request has claims of its own', async t => {
  const { app } = await testApp(t, {}, clock)
  app.get('/raise', { config: { auth: true } }, async request => {
    const user = request.getDecorator<{ role?: string }>('user')
    const before = user.role
    user.role = 'admin'
    return { before }
  })
  const { accessToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  const headers = { authorization: `Bearer ${accessToken}` }
  for (const _turn of [1, 2]) {
    t.strictSame((await app.inject({ url: '/raise', headers })).json(), {})
  }
})
