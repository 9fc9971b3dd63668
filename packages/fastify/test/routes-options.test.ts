import tokenratchet from '@tokenratchet/fastify'
import Fastify, { type FastifyPluginAsync } from 'fastify'
import t from 'tap'
import { Browser, secret, testApp, who } from './app.js'

t.test('routes: { logout: false } leaves the route out', async t => {
  const { app } = await testApp(t, { routes: { logout: false } })
  const browser = new Browser(app)
  await browser.login('ada')
  for (const method of ['POST', 'GET'] as const) {
    t.equal((await browser.send({ method, url: '/auth/logout' })).statusCode, 404)
  }
  t.equal((await browser.post('/auth/refresh')).statusCode, 200)
})

t.test('routes: { refresh: false } leaves the name to the application', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(tokenratchet, { secret, routes: { refresh: false, logout: false } })
  app.post('/auth/refresh', async () => ({ own: true }))
  t.same((await app.inject({ method: 'POST', url: '/auth/refresh' })).json(), { own: true })
})

t.test('routes: { name: { config } } reaches the route as other plugins read it', async t => {
  const config = { rateLimit: { max: 5 } }
  const { app } = await testApp(t, { routes: { refresh: { config }, logout: {} } })
  const seen: Record<string, unknown> = {}
  app.addHook('preHandler', async ({ method, routeOptions }) => {
    seen[`${method} ${routeOptions.url}`] = (routeOptions.config as Partial<typeof config>).rateLimit
  })
  const browser = new Browser(app)
  for (const url of ['/auth/refresh', '/auth/logout']) {
    await browser.post(url)
    await browser.get(url)
  }
  t.strictSame(seen, {
    'POST /auth/refresh': { max: 5 },
    'GET /auth/refresh': { max: 5 },
    'POST /auth/logout': undefined,
    'GET /auth/logout': undefined,
  })
})

t.test(
  'a config that asks for auth closes no route: whoever refreshes has an expired access token',
  async t => {
    const { app, clock } = await testApp(t, { routes: { refresh: { config: { auth: true } } } })
    const browser = new Browser(app)
    await browser.login('ada')
    clock.advance('11m')
    t.equal((await browser.post('/auth/refresh')).statusCode, 200)
  },
)

t.test('the routes are under `prefix`', async t => {
  const { app } = await testApp(t, { prefix: '/api/session' })
  const browser = new Browser(app)
  await browser.login('ada')
  t.equal((await browser.post('/api/session/refresh')).statusCode, 200)
  t.equal((await browser.post('/auth/refresh')).statusCode, 404)
  t.equal((await browser.post('/api/session/api/session/refresh')).statusCode, 404, 'once, not twice')
  t.equal((await browser.post('/api/session/logout')).statusCode, 204)
})

t.test('within a prefixed scope the routes are under its prefix, and guards are of that scope', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  const below: FastifyPluginAsync = async scope => {
    scope.get('/below', { config: { auth: true } }, who)
  }
  const api: FastifyPluginAsync = async scope => {
    await scope.register(tokenratchet, { secret, prefix: '/session' })
    scope.post('/login', async (_request, reply) => reply.issueTokens({ subject: 'ada' }))
    scope.get('/me', { config: { auth: true } }, who)
    await scope.register(below)
    t.type(scope.tokens.issue, 'function')
  }
  await app.register(api, { prefix: '/api' })
  app.get('/public', who)
  const browser = new Browser(app)
  t.equal((await browser.get('/api/me')).statusCode, 401)
  t.equal((await browser.get('/api/below')).statusCode, 401)
  t.equal((await browser.post('/api/login')).statusCode, 200)
  t.equal((await browser.post('/api/session/refresh')).statusCode, 200)
  t.equal((await browser.post('/session/refresh')).statusCode, 404)
  t.same((await browser.get('/api/below')).json(), { user: 'ada' })
  t.same((await browser.get('/public')).json(), {}, 'outside there is no user')
  t.equal(app.tokens, undefined)
  t.notOk(app.hasReplyDecorator('issueTokens'))
  t.equal((await browser.post('/api/session/logout')).statusCode, 204)
})

t.test('two scopes each have their own', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  for (const name of ['shop', 'staff']) {
    const department: FastifyPluginAsync = async scope => {
      await scope.register(tokenratchet, { secret, issuer: `https://${name}.test` })
      scope.post('/login', async (_request, reply) => reply.issueTokens({ subject: name }))
      scope.get('/me', { config: { auth: true } }, who)
    }
    await app.register(department, { prefix: `/${name}` })
  }
  const browser = new Browser(app)
  await browser.post('/shop/login')
  t.same((await browser.get('/shop/me')).json(), { user: 'shop' })
  t.equal((await browser.get('/staff/me')).statusCode, 401)
  t.equal((await browser.post('/staff/auth/refresh')).statusCode, 400)
  t.equal((await browser.post('/shop/auth/refresh')).statusCode, 200)
})

t.test('two scopes keep both logins by a name prefix', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  for (const name of ['shop', 'admin']) {
    const department: FastifyPluginAsync = async scope => {
      await scope.register(tokenratchet, { secret: `${secret}${name}`, cookie: { namePrefix: name } })
      scope.post('/login', async (_request, reply) => reply.issueTokens({ subject: name }))
      scope.get('/me', { config: { auth: true } }, who)
    }
    await app.register(department, { prefix: `/${name}` })
  }
  const browser = new Browser(app)
  await browser.post('/shop/login')
  await browser.post('/admin/login')
  t.equal((await browser.post('/shop/auth/refresh')).statusCode, 200)
  t.equal((await browser.post('/admin/auth/refresh')).statusCode, 200)
  t.equal((await browser.post('/admin/auth/logout')).statusCode, 204)
  t.same((await browser.get('/shop/me')).json(), { user: 'shop' })
  t.equal((await browser.get('/admin/me')).statusCode, 401)
})

t.test('a serializer of the application does not write the answers of the routes', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  app.setSerializerCompiler(() => () => '"theirs"')
  await app.register(tokenratchet, { secret })
  const schema = { response: { 200: { type: 'object' } } }
  app.get('/data', { schema }, async () => ({}))
  app.post('/login', async (_request, reply) => reply.issueTokens({ subject: 'ada' }))
  const browser = new Browser(app)
  await browser.post('/login')
  t.equal((await browser.get('/data')).body, '"theirs"')
  t.equal((await browser.post('/auth/refresh')).body, '{"expires_in":600}')
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
  t.equal((await send('/echo', 'application/json', '{')).statusCode, 400)
  t.equal((await send('/echo', 'x-own/x-type', 'x')).statusCode, 415)
  t.equal((await send('/auth/refresh', 'application/x-own', 'y')).statusCode, 200)
  t.same(parsed, ['x'])
})
