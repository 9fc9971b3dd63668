import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { memoryStore } from '@tokenratchet/core'
import type { FastifyRequest, InjectOptions } from 'fastify'
import t from 'tap'
import { Browser, names } from './app.js'
import { answers, call, jwtOf, twoDoors } from './jwt-app.js'

type Row = [request: InjectOptions, status: number, code?: string]

/** Requests with a good token somewhere. */
const requests = (good: string): Record<string, Row> => {
  const [bearer, cookie] = [`Bearer ${good}`, `${names.access}=${good}`]
  const own = { cookie, 'sec-fetch-site': 'same-origin' }
  const evil = { cookie, 'sec-fetch-site': 'cross-site' }
  return {
    'no credentials': [{}, 401, 'ERR_ACCESS_TOKEN_MISSING'],
    'another scheme': [{ headers: { authorization: 'Basic YWRhOnB3' } }, 401, 'ERR_ACCESS_TOKEN_MISSING'],
    'a Bearer header': [{ headers: { authorization: bearer } }, 200],
    'the scheme in other letters, and blanks': [{ headers: { authorization: `bEARER   ${good}` } }, 200],
    'the scheme alone': [{ headers: { authorization: 'Bearer' } }, 400, 'ERR_INVALID_REQUEST'],
    'two tokens': [{ headers: { authorization: `${bearer} ${good}` } }, 400, 'ERR_INVALID_REQUEST'],
    'a tab behind the scheme': [
      { headers: { authorization: `Bearer\t${good}` } },
      400,
      'ERR_INVALID_REQUEST',
    ],
    'a cookie': [{ headers: { cookie } }, 200],
    'a cookie beside another scheme': [{ headers: { cookie, authorization: 'Basic YWRhOnB3' } }, 200],
    'the same cookie twice': [{ headers: { cookie: `${cookie}; ${cookie}` } }, 200],
    'a planted cookie beside it': [{ headers: { cookie: `${names.access}=planted; ${cookie}` } }, 200],
    'a cookie of another name': [{ headers: { cookie: `token=${good}` } }, 401, 'ERR_ACCESS_TOKEN_MISSING'],
    'a bad Bearer header beside a good cookie': [
      { headers: { cookie, authorization: 'Bearer x' } },
      401,
      'ERR_ACCESS_TOKEN_INVALID',
    ],
    'a cookie by GET from another site': [{ headers: evil }, 200],
    'a cookie by POST from the own page': [{ method: 'POST', headers: own }, 200],
    'a cookie by POST from another site': [{ method: 'POST', headers: evil }, 403, 'ERR_FORBIDDEN_ORIGIN'],
    'a cookie by POST from nowhere': [{ method: 'POST', headers: { cookie } }, 403, 'ERR_FORBIDDEN_ORIGIN'],
    'a Bearer header by POST from another site': [
      { method: 'POST', headers: { ...evil, authorization: bearer } },
      200,
    ],
    'a token in the query': [{ query: { access_token: good, token: good } }, 401, 'ERR_ACCESS_TOKEN_MISSING'],
    'a token in the body': [
      { method: 'POST', payload: { access_token: good, token: good } },
      401,
      'ERR_ACCESS_TOKEN_MISSING',
    ],
  }
}

for (const encryptAccessToken of [false, true]) {
  t.test(
    `R14, R15, R18: both doors have one rule of credentials, encrypted: ${encryptAccessToken}`,
    async t => {
      const { app } = await twoDoors(t, { encryptAccessToken })
      const browser = new Browser(app)
      await browser.login('ada')
      const good = browser.cookies.get(names.access) ?? ''
      for (const [what, [request, status, code]] of Object.entries(requests(good))) {
        const [guard, jwt] = await answers(app, request)
        t.match([jwt[0], jwt[2]], [status, code ? { code } : { sub: 'ada' }], what)
        t.strictSame(jwt, guard)
      }
    },
  )
}

t.test('R14: two Authorization headers are malformed at both doors', async t => {
  const { app } = await twoDoors(t)
  const { accessToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const header = ['Authorization', `Bearer ${accessToken}`]
  for (const path of ['/guard', '/jwt']) {
    const statusOf = (headers: string[]): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const answered = ({ statusCode }: IncomingMessage): void => resolve(statusCode)
        const request: ClientRequest = get({ port, path, headers, agent: false }, answered)
        request.on('error', reject)
      })
    t.equal(await statusOf(['Host', 'x', ...header, ...header]), 400, path)
    t.equal(await statusOf(['Host', 'x', ...header]), 200)
  }
})

t.test('R32: a refusal at the second door is one event', async t => {
  const { app, events } = await twoDoors(t, { encryptAccessToken: true })
  const { accessToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  await app.tokens.revoke({ token: accessToken })
  events.length = 0
  const headers = [{}, ...['', ' x', ` ${accessToken}`].map(rest => ({ authorization: `Bearer${rest}` }))]
  for (const each of headers) {
    await app.inject({ url: '/jwt', headers: each })
  }
  const reasons = ['missing', 'malformed', 'invalid', 'revoked']
  t.match(
    events,
    reasons.map(reason => ({ type: 'refused', credential: 'access_token', reason })),
  )
  t.equal(events.length, reasons.length)
})

t.test('R26: a stale view of revocations refuses at both doors, when it is to', async t => {
  const revokedSince = async () => Promise.reject(new Error('down'))
  const options = { store: { ...memoryStore(), revokedSince }, onStale: 'reject' } as const
  const { app } = await twoDoors(t, options)
  const { accessToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  const [guard, jwt] = await answers(app, { headers: { authorization: `Bearer ${accessToken}` } })
  t.match(jwt, [503, undefined, { code: 'ERR_STORE_UNAVAILABLE' }])
  t.strictSame(jwt, guard)
  t.throws(() => jwtOf(app).verify(accessToken), { code: 'ERR_STORE_UNAVAILABLE' })
})

t.test('each request gets claims of its own', async t => {
  const { app } = await twoDoors(t)
  const { accessToken } = await app.tokens.issue({
    subject: 'ada',
    transport: 'body',
    claims: { in: { a: 1 } },
  })
  app.get('/spoil', async request => {
    const claims = (await call(request, 'jwtVerify')) as { sub: string; in: { a: number } }
    claims.sub = 'eve'
    claims.in.a++
    return claims
  })
  const request = { headers: { authorization: `Bearer ${accessToken}` } }
  for (let round = 0; round < 2; round++) {
    t.match((await app.inject({ url: '/spoil', ...request })).json(), { sub: 'eve', in: { a: 2 } })
  }
  t.match((await answers(app, request))[0], [200, undefined, { sub: 'ada', in: { a: 1 } }])
  const one = await jwtOf(app).verify(accessToken)
  one['sub'] = 'eve'
  t.match(await jwtOf(app).verify(accessToken), { sub: 'ada' })
})

t.test('request.jwtVerify() calls back, where it is asked to', async t => {
  const { app } = await twoDoors(t)
  const { accessToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  const verify = (request: FastifyRequest) =>
    new Promise((resolve, reject) => {
      void call(request, 'jwtVerify', (error: unknown, claims: unknown) =>
        error ? reject(error) : resolve(claims),
      )
    })
  app.get('/back', async request => verify(request))
  const headers = { authorization: `Bearer ${accessToken}` }
  t.match((await app.inject({ url: '/back', headers })).json(), { sub: 'ada' })
  t.equal((await app.inject('/back')).statusCode, 401)
})

t.test('request.jwtVerify() as a hook of the whole app refuses the token routes too', async t => {
  const { app } = await twoDoors(t)
  app.addHook('onRequest', async request => call(request, 'jwtVerify'))
  const browser = new Browser(app)
  t.equal((await browser.post('/auth/refresh')).json().code, 'ERR_ACCESS_TOKEN_MISSING')
})
