import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { TokenEvent } from '@tokenratchet/core'
import { fakeClock } from '@tokenratchet/core/testing'
import tokenratchet from '@tokenratchet/fastify'
import Fastify from 'fastify'
import t from 'tap'
import { Browser, names, setCookies, testApp, who } from './app.js'

const both = [names.access, names.refresh]
const namesOf = (lines: readonly string[]): string[] => lines.map(line => line.split('=')[0] ?? '')

t.test('hook, config and preHandler of one request refresh once', async t => {
  const { app, clock, events } = await testApp(t, { autoRefresh: true })
  app.get(
    '/twice',
    {
      config: { auth: 'optional' },
      onRequest: app.authenticate,
      preHandler: async (request, reply) => app.authenticate(request, reply),
    },
    who,
  )
  const browser = new Browser(app)
  await browser.login('ada')
  clock.advance('11m')
  events.length = 0
  const answer = await browser.get('/twice')
  t.same([answer.statusCode, answer.json()], [200, { user: 'ada' }])
  t.same(namesOf(setCookies(answer)), both)
  t.match(events, [{ type: 'refreshed' }])
  t.equal(events.length, 1)

  events.length = 0
  const stranger = new Browser(app, [[names.refresh, 'garbage']])
  const refused = await stranger.get('/twice')
  t.same([refused.statusCode, setCookies(refused)], [401, []])
  t.equal(events.length, 1, 'R32: also where it is refused')
})

t.test('a second guard that finds the session revoked meanwhile refuses', async t => {
  const { app, clock } = await testApp(t, { autoRefresh: true })
  app.get(
    '/twice',
    {
      config: { auth: 'optional' },
      async preHandler(request, reply) {
        await app.tokens.revokeAll('ada')
        await app.authenticate(request, reply)
      },
    },
    who,
  )
  const browser = new Browser(app)
  await browser.login('ada')
  clock.advance('11m')
  const answer = await browser.get('/twice')
  t.match([answer.statusCode, answer.json()], [401, { code: 'ERR_ACCESS_TOKEN_REVOKED' }])
  t.same(setCookies(answer), [])
})

t.test('with a global guard the token routes are left alone', async t => {
  const { app, clock, events } = await testApp(t, { autoRefresh: true, global: true })
  app.addHook('onRequest', app.authenticate)
  app.post('/in', { config: { auth: false } }, who)
  const login = await app.tokens.issue({ subject: 'ada' })
  const browser = new Browser(app, [
    [names.access, login.accessToken],
    [names.refresh, login.refreshToken],
  ])
  clock.advance('11m')
  events.length = 0
  t.equal((await browser.post('/auth/refresh')).statusCode, 200)
  t.match(events, [{ type: 'refreshed' }])
  t.equal(events.length, 1)
})

t.test('HTTP/2: the cookies leave with the headers, and an aborted stream breaks nothing', async t => {
  const clock = fakeClock()
  const events: TokenEvent[] = []
  const app = Fastify({ http2: true })
  t.teardown(() => app.close())
  await app.register(tokenratchet, {
    secret: randomBytes(32).toString('base64url'),
    autoRefresh: true,
    now: clock.now,
    onEvent: event => void events.push(event),
  })
  const guarded = { config: { auth: true as const } }
  app.get('/page', guarded, async (_request, reply) =>
    reply.headers({ 'cache-control': 'public', 'set-cookie': 'theme=dark' }).send('page'),
  )
  app.get('/pairs', guarded, async (_request, reply) => {
    const pairs = [
      ['set-cookie', 'theme=dark'],
      ['set-cookie', 'lang=en'],
    ]
    reply.hijack().raw.writeHead(200, pairs as never)
    reply.raw.end('page')
  })
  let goOn = (): void => {}
  let begin = (): void => {}
  const begun = new Promise<void>(resolve => {
    begin = resolve
  })
  app.get('/slow', guarded, async () => {
    await new Promise<void>(resolve => {
      goOn = resolve
      begin()
    })
    return 'page'
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  t.teardown(() => session.destroy())
  const { accessToken, refreshToken } = await app.tokens.issue({
    subject: 'ada',
  })
  const cookie = `${names.access}=${accessToken}; ${names.refresh}=${refreshToken}`
  clock.advance('11m')
  const ask = (path: string) => session.request({ ':path': path, cookie })
  for (const [path, own] of Object.entries({ '/page': ['theme'], '/pairs': ['theme', 'lang'] })) {
    const stream = ask(path).resume()
    const [headers] = await once(stream, 'response')
    t.equal(headers[':status'], 200)
    t.same(namesOf(headers['set-cookie']), [...own, ...both], path)
    t.equal(headers['cache-control'], 'no-store')
  }
  const aborted = ask('/slow')
  aborted.on('error', () => {})
  await begun
  aborted.destroy()
  await once(aborted, 'close')
  await new Promise(resolve => setTimeout(resolve, 20))
  goOn()
  const [headers] = await once(ask('/page').resume(), 'response')
  t.equal(headers[':status'], 200, 'the old cookie works again')
  t.notOk(events.some(({ type }) => type === 'reused'))
})
