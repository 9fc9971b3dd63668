import { randomBytes } from 'node:crypto'
import { createHttpLayer } from '@tokenratchet/core/http'
import { fakeClock, signIn } from '@tokenratchet/core/testing'
import t from 'tap'
import { answer, guard, leave, login } from './ask.js'

const clock = fakeClock()
const layer = createHttpLayer({ secret: randomBytes(32).toString('base64url'), now: clock.now })
const [refresh, logout] = layer.routes
const crossSite = { host: 'app.example.com', 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }

async function cookieOf(subject: string): Promise<string> {
  return (await signIn(layer.tokens, { subject })).headers.cookie
}

t.test('R18: a cookie from another site may read, and change nothing', async t => {
  const headers = { ...crossSite, cookie: await cookieOf('ada') }
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE']) {
    t.equal(guard(layer, { method, headers })?.sub, 'ada', method)
  }
  for (const method of [
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'CONNECT',
    'PROPFIND',
    'QUERY',
    'get',
    '',
    undefined,
  ]) {
    t.throws(
      () => guard(layer, { method, headers }),
      { code: 'ERR_FORBIDDEN_ORIGIN', status: 403 },
      `${method}`,
    )
  }
})

t.test('R18: a cookie from another site changes nothing where a user is optional either', async t => {
  const headers = { ...crossSite, cookie: await cookieOf('ada') }
  t.throws(() => guard(layer, { method: 'POST', headers }, 'optional'), { code: 'ERR_FORBIDDEN_ORIGIN' })
  t.equal(guard(layer, { method: 'GET', headers }, 'optional')?.sub, 'ada')
  t.equal(guard(layer, { method: 'POST', headers: crossSite }, 'optional'), null, 'there is nothing to forge')
})

t.test('without cookies there is nothing to forge: 401, from wherever it comes', async t => {
  t.throws(() => guard(layer, { method: 'POST', headers: crossSite }), { code: 'ERR_ACCESS_TOKEN_MISSING' })
})

t.test('a Bearer token needs no origin, and no cookie is read beside it', async t => {
  const { accessToken } = await layer.tokens.issue({ subject: 'grace' })
  const headers = { ...crossSite, authorization: `Bearer ${accessToken}`, cookie: await cookieOf('ada') }
  t.equal(guard(layer, { method: 'POST', headers })?.sub, 'grace')
  const left = await answer(logout, { method: 'POST', headers })
  t.equal(left?.status, 204)
  t.equal(left?.headers['set-cookie'], undefined, 'the cookies of the browser stay')
  t.same(await layer.tokens.sessions('grace'), [])
  t.equal((await layer.tokens.sessions('ada')).length > 0, true)
})

t.test(
  'a login that comes back from an identity provider is a GET from another site, and passes',
  async t => {
    const headers = await login(layer, { method: 'GET', headers: crossSite }, { subject: 'ada' })
    t.match(headers['set-cookie'], [String, String])
    t.match(await leave(layer, { method: 'GET', headers: crossSite }), {
      'set-cookie': [String, String],
    })
  },
)

t.test('a 403 leaves the cookies good, and sets and clears none', async t => {
  const cookie = await cookieOf('linus')
  const refused = [
    await answer(refresh, { method: 'POST', headers: { ...crossSite, cookie } }),
    await answer(logout, { method: 'POST', headers: { ...crossSite, cookie } }),
  ]
  for (const each of refused) {
    t.strictSame(each, {
      status: 403,
      headers: { 'cache-control': 'no-store' },
      body: {
        error: 'invalid_request',
        error_description:
          'This request may come from a page of another origin. List that origin in the option trustedOrigins; a program that is not a browser sends X-Requested-With',
      },
    })
  }
  const sameOrigin = { method: 'POST', headers: { cookie, 'sec-fetch-site': 'same-origin' } }
  t.equal(guard(layer, sameOrigin)?.sub, 'linus')
  t.match(await answer(refresh, sameOrigin), { status: 200, headers: { 'set-cookie': [String, String] } })
})

t.test('R18: where no host is named, no Origin is that host', async t => {
  const cookie = await cookieOf('ada')
  for (const origin of ['https://undefined', 'http://undefined:80', 'https://null']) {
    const request = { method: 'POST', headers: { cookie, origin } }
    t.throws(() => guard(layer, request), { code: 'ERR_FORBIDDEN_ORIGIN' }, origin)
  }
})
