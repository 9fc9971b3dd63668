import { Readable } from 'node:stream'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import { Browser, setCookies, stateOf, testApp } from './app.js'

const urls = ['/auth/refresh', '/auth/logout'] as const

t.test('R1: the routes take POST; other methods are answered 405 with Allow, and change nothing', async t => {
  const { app, clock, events } = await testApp(t)
  const browser = new Browser(app)
  await browser.login('ada')
  const before = await stateOf({ app }, 'ada')
  clock.advance(1)
  for (const url of urls) {
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'TRACE'] as const) {
      const answer = await browser.send({ method: method as 'GET', url })
      t.equal(answer.statusCode, 405, `${method} ${url}`)
      t.match(answer.headers, { allow: /^POST$/, 'cache-control': 'no-store' })
      t.same(setCookies(answer), [])
      t.equal(
        answer.body,
        method === 'HEAD' ? '' : '{"error":"invalid_request","error_description":"This route takes POST"}',
      )
    }
    const options = await browser.send({ method: 'OPTIONS', url })
    t.equal(options.statusCode, 404, 'left to the application, and to CORS')
    t.same(setCookies(options), [])
  }
  t.same(await stateOf({ app }, 'ada'), before)
  t.same(
    events.map(({ type }) => type),
    ['issued'],
  )
  t.equal((await browser.post('/auth/refresh')).statusCode, 200)
  t.equal((await browser.post('/auth/logout')).statusCode, 204)
})

const json = 'application/json'

/** Bodies that say nothing to the routes. */
const bodies: Record<string, InjectOptions> = {
  'no body': {},
  'no body, but a content type': { headers: { 'content-type': json } },
  'an empty JSON object': { payload: {} },
  'broken JSON': { payload: '{"a":', headers: { 'content-type': json } },
  'JSON that is not UTF-8': { payload: Buffer.from([0x22, 0xff, 0x22]), headers: { 'content-type': json } },
  'JSON with __proto__': { payload: '{"__proto__":{"method":"GET"}}', headers: { 'content-type': json } },
  'a form': {
    payload: 'grant_type=password&refresh_token=x',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  },
  'half a form with files': {
    payload: '--x\r\n',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
  },
  'plain text': { payload: 'hello', headers: { 'content-type': 'text/plain' } },
  'an unknown type': { payload: 'hello', headers: { 'content-type': 'x-own/x-type; charset="x;y"' } },
  'no type': { payload: 'hello', headers: { 'content-type': undefined } },
  'a stream': { payload: Readable.from(['a', 'b']), headers: { 'content-type': 'application/octet-stream' } },
  '8 KiB': { payload: 'x'.repeat(8192), headers: { 'content-type': 'text/plain' } },
}

t.test('the routes take any body of any content type, and do not care', async t => {
  const { app } = await testApp(t)
  for (const [what, { headers, payload }] of Object.entries(bodies)) {
    const browser = new Browser(app)
    await browser.login('ada')
    const body = payload instanceof Readable ? () => Readable.from(['a', 'b']) : () => payload
    const send = (url: string) =>
      browser.send({
        method: 'POST',
        url,
        headers: { ...headers },
        ...(payload && { payload: body() as string }),
      })
    t.equal((await send('/auth/refresh')).statusCode, 200, what)
    t.equal((await send('/auth/logout')).statusCode, 204, what)
  }
})

/** Bodies that Fastify refuses before the routes see the request. */
const tooMuch: Record<string, [options: InjectOptions, status: number]> = {
  'more than 8 KiB': [{ payload: 'x'.repeat(8193), headers: { 'content-type': 'text/plain' } }, 413],
  'more than 8 KiB of JSON': [{ payload: { text: 'x'.repeat(8192) } }, 413],
  'a length that says more': [
    { payload: 'x', headers: { 'content-type': json, 'content-length': '9000' } },
    413,
  ],
  'a type that is none': [{ payload: 'x', headers: { 'content-type': 'json' } }, 415],
  'two types in one': [{ payload: 'x', headers: { 'content-type': `text/html, ${json}` } }, 415],
}

t.test('a body that is refused changes nothing', async t => {
  const { app, clock, events } = await testApp(t)
  const browser = new Browser(app)
  await browser.login('ada')
  const before = await stateOf({ app }, 'ada')
  clock.advance(1)
  for (const url of urls) {
    for (const [what, [options, status]] of Object.entries(tooMuch)) {
      const answer = await browser.send({ ...options, method: 'POST', url })
      t.equal(answer.statusCode, status, `${url}: ${what}`)
      t.same(setCookies(answer), [])
    }
    const payload = Readable.from(Array(9).fill('x'.repeat(1024)))
    const headers = { 'content-type': 'text/plain' }
    const answer = await browser.send({ method: 'POST', url, payload, headers })
    t.equal(answer.statusCode, 413, `${url}: more than 8 KiB in pieces`)
  }
  t.same(await stateOf({ app }, 'ada'), before)
  t.same(
    events.map(({ type }) => type),
    ['issued'],
  )
  t.equal((await browser.post('/auth/refresh')).statusCode, 200)
})

t.test('the body parsers of the application are its own', async t => {
  const { app } = await testApp(t)
  const parsed: string[] = []
  app.addContentTypeParser(
    'application/x-own',
    { parseAs: 'string' },
    async (_request: unknown, body: string) => {
      parsed.push(body)
      return { own: body }
    },
  )
  app.post('/echo', async ({ body }) => ({ body }))
  const browser = new Browser(app)
  const send = (url: string, type: string, payload: string) =>
    browser.send({ method: 'POST', url, payload, headers: { 'content-type': type } })
  t.equal((await browser.login('ada')).statusCode, 200, 'JSON is parsed as ever')
  t.same((await send('/echo', 'application/x-own', 'x')).json(), { body: { own: 'x' } })
  t.equal((await send('/echo', json, '{')).statusCode, 400)
  t.equal((await send('/echo', 'x-own/x-type', 'x')).statusCode, 415)
  t.equal((await send('/auth/refresh', 'application/x-own', 'y')).statusCode, 200)
  t.same(parsed, ['x'])
})

t.test('refusals of the routes do not pass the error handler of the application', async t => {
  const { app } = await testApp(t)
  app.setErrorHandler((_error, _request, reply) => reply.code(418).send({ teapot: true }))
  const answer = await new Browser(app).post('/auth/refresh')
  t.match([answer.statusCode, answer.json()], [400, { error: 'invalid_request' }])
})
