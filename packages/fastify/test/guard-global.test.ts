import cors from '@fastify/cors'
import tokenratchet from '@tokenratchet/fastify'
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import t from 'tap'
import { Browser, secret, testApp, who } from './app.js'

t.test('global guards all routes that do not say otherwise', async t => {
  const { app } = await testApp(t, { global: true })
  app.get('/open', { config: { auth: false } }, who)
  app.get('/other-config', { config: { cors: false } as object }, who)
  const child: FastifyPluginAsync = async scope => {
    scope.get('/child', who)
    scope.get('/child-open', { config: { auth: false } }, who)
  }
  await app.register(child)
  const signedIn = new Browser(app)
  const { headers } = await signedInHeaders(app)
  const urls: Record<string, [without: number, user: string | null]> = {
    '/public': [401, 'ada'],
    '/me': [401, 'ada'],
    '/maybe': [200, 'ada'],
    '/other-config': [401, 'ada'],
    '/child': [401, 'ada'],
    '/open': [200, null],
    '/child-open': [200, null],
  }
  for (const [url, [without, user]] of Object.entries(urls)) {
    t.equal((await signedIn.get(url)).statusCode, without, url)
    t.strictSame((await app.inject({ url, headers })).json(), { user }, url)
  }
  t.equal((await signedIn.send({ method: 'HEAD', url: '/public' })).statusCode, 401)
  t.equal(
    (await signedIn.post('/login', { subject: 'ada' })).statusCode,
    401,
    'a login must say that it is public',
  )
})

async function signedInHeaders(app: FastifyInstance): Promise<{ headers: { authorization: string } }> {
  const { accessToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  return { headers: { authorization: `Bearer ${accessToken}` } }
}

t.test('global leaves the token routes open, for whoever has a refresh cookie', async t => {
  const { app, clock } = await testApp(t, { global: true })
  app.post('/enter', { config: { auth: false } }, async (_request, reply) =>
    reply.issueTokens({ subject: 'ada' }),
  )
  const browser = new Browser(app)
  t.equal((await browser.post('/auth/refresh')).statusCode, 400)
  t.equal((await browser.post('/auth/logout')).statusCode, 204)
  t.equal((await browser.get('/auth/refresh')).statusCode, 405)
  await browser.post('/enter')
  clock.advance('11m')
  t.equal((await browser.post('/auth/refresh')).statusCode, 200)
})

t.test('global leaves 404 as it is, with the handler of the application or without', async t => {
  const { app } = await testApp(t, { global: true })
  t.equal((await app.inject('/nowhere')).statusCode, 404)
  t.equal((await app.inject({ method: 'DELETE', url: '/me' })).statusCode, 404)

  const { app: own } = await testApp(t, { global: true })
  own.setNotFoundHandler((_request, reply) => reply.code(404).send({ lost: true }))
  t.same((await own.inject('/nowhere')).json(), { lost: true })
})

const preflight = {
  method: 'OPTIONS',
  headers: { origin: 'https://www.example.com', 'access-control-request-method': 'POST' },
} as const

for (const order of ['before', 'after'] as const) {
  t.test(`global lets CORS preflights through to @fastify/cors, registered ${order}`, async t => {
    const app = Fastify()
    t.teardown(() => app.close())
    const origin = 'https://www.example.com'
    const plugins = {
      before: () => app.register(cors, { origin, credentials: true }),
      after: () => app.register(tokenratchet, { secret, global: true }),
    }
    await plugins[order]()
    await plugins[order === 'before' ? 'after' : 'before']()
    app.post('/data', who)
    for (const url of ['/data', '/nowhere', '/auth/refresh', '/auth/logout']) {
      const answer = await app.inject({ ...preflight, url })
      t.equal(answer.statusCode, 204, url)
      t.match(answer.headers, {
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': /POST/,
      })
    }
    t.equal((await app.inject({ method: 'POST', url: '/data', headers: { origin } })).statusCode, 401)
  })
}

t.test('global guards an OPTIONS route against all that is no preflight', async t => {
  const { app } = await testApp(t, { global: true })
  app.options('/data', who)
  const { origin, 'access-control-request-method': method } = preflight.headers
  for (const headers of [{}, { origin }, { 'access-control-request-method': method }]) {
    t.equal((await app.inject({ method: 'OPTIONS', url: '/data', headers })).statusCode, 401)
  }
  t.same((await app.inject({ ...preflight, url: '/data' })).json(), { user: null })
})

t.test('global lets nobody into a route of all methods by calling the request a preflight', async t => {
  const { app } = await testApp(t, { global: true })
  app.all('/data', who)
  t.equal((await app.inject('/data')).statusCode, 401)
  t.equal((await app.inject({ ...preflight, url: '/data' })).statusCode, 401)
})

t.test('auth: true guards preflights too: the route has asked for it', async t => {
  const { app } = await testApp(t)
  app.options('/data', { config: { auth: true } }, who)
  t.equal((await app.inject({ ...preflight, url: '/data' })).statusCode, 401)
})
