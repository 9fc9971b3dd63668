import tokenratchet from '@tokenratchet/fastify'
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import t from 'tap'
import { Browser, secret, testApp, who } from './app.js'

/** Public, guarded and optional routes, and a login, under a prefix. */
const routes: FastifyPluginAsync = async scope => {
  scope.get('/public', who)
  scope.get('/guarded', { config: { auth: true } }, who)
  scope.get('/optional', { config: { auth: 'optional' } }, who)
  scope.post('/login', async (_request, reply) => reply.issueTokens({ subject: 'ada' }))
}

const nested: FastifyPluginAsync = async scope => {
  await scope.register(routes)
}

/** Ways to put the plugin and those routes together. */
const orders: Record<string, (app: FastifyInstance) => unknown> = {
  'routes after the awaited plugin': async app => {
    await app.register(tokenratchet, { secret })
    await routes(app, {})
  },
  'routes after the plugin, without await': app => {
    void app.register(tokenratchet, { secret })
    return routes(app, {})
  },
  'routes before the plugin': async app => {
    await routes(app, {})
    await app.register(tokenratchet, { secret })
  },
  'routes before the plugin, without await': app => {
    void routes(app, {})
    void app.register(tokenratchet, { secret })
  },
  'a child plugin after the awaited plugin': async app => {
    await app.register(tokenratchet, { secret })
    await app.register(routes)
  },
  'a child plugin after the plugin, without await': app => {
    void app.register(tokenratchet, { secret })
    void app.register(routes)
  },
  'a child plugin before the plugin': async app => {
    await app.register(routes)
    await app.register(tokenratchet, { secret })
  },
  'a child plugin before the plugin, without await': app => {
    void app.register(routes)
    void app.register(tokenratchet, { secret })
  },
  'a child of a child before the plugin': async app => {
    await app.register(nested)
    await app.register(tokenratchet, { secret })
  },
}

for (const [order, build] of Object.entries(orders)) {
  t.test(`config.auth guards in any order of registration: ${order}`, async t => {
    const app = Fastify()
    t.teardown(() => app.close())
    await build(app)
    const nobody = new Browser(app)
    t.equal((await nobody.get('/guarded')).statusCode, 401)
    t.equal((await nobody.send({ method: 'HEAD', url: '/guarded' })).statusCode, 401)
    t.strictSame((await nobody.get('/optional')).json(), { user: null })
    const ada = new Browser(app)
    t.equal((await ada.post('/login')).statusCode, 200)
    t.strictSame((await ada.get('/guarded')).json(), { user: 'ada' })
    t.strictSame((await ada.get('/optional')).json(), { user: 'ada' })
    t.equal((await ada.post('/auth/refresh')).statusCode, 200)
  })

  t.test(`request.user is null on a public route: ${order}`, async t => {
    const app = Fastify()
    t.teardown(() => app.close())
    await build(app)
    const ada = new Browser(app)
    await ada.post('/login')
    t.strictSame((await ada.get('/public')).json(), { user: null })
  })
}

t.test(
  'the guard comes after the onRequest hooks that were there before, and before those that come later',
  async t => {
    const app = Fastify()
    t.teardown(() => app.close())
    const order: string[] = []
    app.addHook('onRequest', async () => void order.push('before'))
    await app.register(tokenratchet, { secret })
    app.addHook('onRequest', async () => void order.push('after'))
    app.get('/guarded', { config: { auth: true } }, who)
    app.get('/public', who)
    await app.inject('/guarded')
    t.same(order, ['before'])
    await app.inject('/public')
    t.same(order, ['before', 'before', 'after'])
  },
)

t.test('the guard is asked before a body is read', async t => {
  const { app } = await testApp(t)
  const payload = 'x'.repeat(2 ** 21)
  t.equal((await app.inject({ method: 'POST', url: '/me', payload })).statusCode, 401)
  const { accessToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' }
  t.equal((await app.inject({ method: 'POST', url: '/me', payload, headers })).statusCode, 413)
})
