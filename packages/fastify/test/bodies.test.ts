// Hooks of the application around the bodies of the token routes.
import { Readable } from 'node:stream'
import { createGunzip, gzipSync } from 'node:zlib'
import type { preParsingAsyncHookHandler } from 'fastify'
import t from 'tap'
import { Browser, names, testApp } from './app.js'

const form = (members: Record<string, string>): string => new URLSearchParams(members).toString()
const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' }

const gunzip: preParsingAsyncHookHandler = async (request, _reply, payload) =>
  request.headers['content-encoding'] === 'gzip' ? payload.pipe(createGunzip()) : payload

t.test('R31: what a hook finds in request.body is the body, never the request with its cookies', async t => {
  const { app } = await testApp(t)
  const bodies: unknown[] = []
  app.addHook('preHandler', async ({ body }) => void bodies.push(body))
  const browser = new Browser(app)
  await browser.login('ada')
  await browser.post('/auth/refresh', { scope: '' })
  await browser.post('/auth/refresh')
  t.strictSame(bodies.slice(1), ['{"scope":""}', undefined])
  t.notOk(JSON.stringify(bodies).includes(browser.cookies.get(names.refresh) ?? ''))
})

t.test('a hook may replace the stream, as for bodies in gzip', async t => {
  const { app } = await testApp(t)
  app.addHook('preParsing', gunzip)
  const { refreshToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  const payload = gzipSync(form({ grant_type: 'refresh_token', refresh_token: refreshToken }))
  const answer = await app.inject({ method: 'POST', url: '/auth/refresh', payload, headers })
  t.equal(answer.statusCode, 200)
  t.match(answer.json(), { token_type: 'Bearer' })
})

t.test('R16: a stream that fails, whenever it does, ends no process', async t => {
  const { app } = await testApp(t)
  app.addHook('preParsing', gunzip)
  const big = gzipSync('x'.repeat(100_000))
  const corrupt = Buffer.concat([big.subarray(0, -8), Buffer.alloc(64)])
  for (const payload of [Buffer.from('no gzip'), corrupt, big.subarray(0, 60)]) {
    for (const method of ['POST', 'PUT', 'DELETE'] as const) {
      const { statusCode } = await app.inject({ method, url: '/auth/refresh', payload, headers })
      t.ok([400, 405, 413].includes(statusCode), `${method}: ${statusCode}`)
    }
  }
  t.equal((await app.inject('/public')).statusCode, 200)
})

t.test('a body that never ends is not taken for ever', async t => {
  const { app } = await testApp(t)
  let taken = 0
  let destroyed = () => {}
  const end = new Promise<void>(resolve => {
    destroyed = resolve
  })
  app.addHook('preParsing', async () => {
    const endless = new Readable({
      read() {
        taken += 65_536
        this.push(Buffer.alloc(65_536, 'x'))
      },
      destroy(error, done) {
        destroyed()
        done(error)
      },
    })
    return endless
  })
  const answer = await app.inject({ method: 'POST', url: '/auth/refresh', payload: 'x', headers })
  t.equal(answer.statusCode, 413)
  await end
  t.ok(taken < 3 * 1024 * 1024, `${taken} bytes`)
})
