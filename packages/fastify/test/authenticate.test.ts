import tokenratchet from '@tokenratchet/fastify'
import Fastify, { type FastifyPluginAsync } from 'fastify'
import t from 'tap'
import { Browser, names, secret, testApp, who } from './app.js'

t.test('app.authenticate guards as a hook, of a route or a scope', async t => {
  const { app } = await testApp(t)
  app.get('/route', { onRequest: app.authenticate }, who)
  app.get('/routes', { onRequest: [app.authenticate] }, who)
  app.get('/late', { preHandler: app.authenticate }, who)
  const scoped: FastifyPluginAsync = async scope => {
    scope.addHook('onRequest', scope.authenticate)
    scope.get('/scoped', who)
  }
  await app.register(scoped)
  const [nobody, ada] = [new Browser(app), new Browser(app)]
  await ada.login('ada')
  for (const url of ['/route', '/routes', '/late', '/scoped']) {
    const answer = await nobody.get(url)
    t.match([answer.statusCode, answer.headers['www-authenticate']], [401, /^Bearer$/], url)
    t.equal((await nobody.send({ method: 'HEAD', url })).statusCode, 401)
    t.strictSame((await ada.get(url)).json(), { user: 'ada' })
  }
  t.strictSame((await ada.get('/public')).json(), { user: null }, 'and no other')
})

t.test('app.authenticate lets nobody in where a route asks for it, whatever its config says', async t => {
  const { app } = await testApp(t, { global: true })
  const config = { auth: false } as const
  app.get('/hook', { config, onRequest: app.authenticate }, who)
  app.get('/either', { config, preHandler: [app.authenticate] }, who)
  app.get('/awaited', { config }, async (request, reply) => {
    await app.authenticate(request, reply)
    return who(request)
  })
  for (const url of ['/hook', '/either', '/awaited']) {
    t.equal((await app.inject(url)).statusCode, 401, url)
  }
})

t.test('app.authenticate as the hook of an application leaves its token routes open', async t => {
  const { app } = await testApp(t)
  app.addHook('onRequest', app.authenticate)
  const { refreshToken } = await app.tokens.issue({ subject: 'ada' })
  const ada = new Browser(app, [[names.refresh, refreshToken]])
  t.equal((await ada.get('/public')).statusCode, 401)
  t.equal((await ada.post('/auth/refresh')).statusCode, 200)
  t.strictSame((await ada.get('/public')).json(), { user: 'ada' })
  ada.cookies.delete(names.access)
  t.equal((await ada.post('/auth/logout')).statusCode, 204)
})

t.test('app.authenticate may be awaited in a handler', async t => {
  const { app } = await testApp(t)
  app.get('/sometimes', async (request, reply) => {
    await app.authenticate(request, reply)
    return who(request)
  })
  const ada = new Browser(app)
  t.equal((await ada.get('/sometimes')).statusCode, 401)
  await ada.login('ada')
  t.strictSame((await ada.get('/sometimes')).json(), { user: 'ada' })
})

t.test(
  'without await app.authenticate is undefined, and the route public: config.auth is the safe way',
  async t => {
    const app = Fastify()
    t.teardown(() => app.close())
    void app.register(tokenratchet, { secret })
    t.equal(app.authenticate, undefined)
    app.get('/hook', { onRequest: app.authenticate }, who)
    app.get('/config', { config: { auth: true } }, who)
    t.equal((await app.inject('/hook')).statusCode, 200, 'Fastify takes an undefined hook for none')
    t.equal((await app.inject('/config')).statusCode, 401)
  },
)

t.test('R35: when a later guard accepts the request, nothing of an earlier refusal leaves', async t => {
  const { app } = await testApp(t)
  app.get(
    '/either',
    {
      // As @fastify/auth does it.
      onRequest: async (request, reply) => {
        await app.authenticate(request, reply).catch(async (error: Error) => {
          if (request.headers['x-api-key'] !== 'key') {
            throw error
          }
        })
      },
    },
    async () => ({ ok: true }),
  )
  const accepted = await app.inject({ url: '/either', headers: { 'x-api-key': 'key' } })
  t.same([accepted.statusCode, accepted.headers['www-authenticate']], [200, undefined])
  const refused = await app.inject({ url: '/either' })
  t.same([refused.statusCode, refused.headers['www-authenticate']], [401, 'Bearer'])
})

t.test('app.authenticate that is called instead of passed throws at once, and says so', async t => {
  const { app } = await testApp(t)
  const authenticate = app.authenticate as (...given: unknown[]) => unknown
  const message =
    'pass app.authenticate itself, without calling it: { onRequest: app.authenticate }. In a handler: await app.authenticate(request, reply)'
  for (const given of [[], [{}], [undefined, undefined, () => {}]]) {
    t.throws(() => authenticate(...given), { name: 'TypeError', message })
  }
})

t.test('reply.issueTokens is not there outside of the scope of the plugin, as the docs say', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  const within: FastifyPluginAsync = async scope => {
    await scope.register(tokenratchet, { secret })
  }
  await app.register(within)
  app.post('/login', async (_request, reply) => reply.issueTokens({ subject: 'ada' }))
  const answer = await app.inject({ method: 'POST', url: '/login' })
  t.match([answer.statusCode, answer.json().message], [500, 'reply.issueTokens is not a function'])
})
