import tokenratchet, { type TokenratchetOptions } from '@tokenratchet/fastify'
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import t from 'tap'
import { secret, testApp, who } from './app.js'

type Options = TokenratchetOptions & { prefix: string }

/** What the boot of the application fails with. */
async function bootError(build: (app: FastifyInstance) => unknown, options: object = {}): Promise<unknown> {
  const app = Fastify()
  try {
    await build(app)
    await app.register(tokenratchet, { secret, ...options } as Options)
    await app.ready()
    return undefined
  } catch (error) {
    return error
  } finally {
    await app.close()
  }
}

t.test('an option that makes no sense is a TypeError at boot, which names it', async t => {
  t.equal(await bootError(() => {}), undefined, 'without one the application boots')
  const wrong: Record<string, unknown[]> = {
    secret: [undefined, '', 'too short', 'x'.repeat(32), [], null],
    global: ['true', 1, null],
    decoratorName: ['', 5, null, Symbol('user')],
    cookie: [null, { secure: 1 }, { sameSite: 'none', secure: false }],
    prefix: ['auth', '/auth/', '/:id'],
    routes: [{ login: false }, { refresh: true }],
    trustedOrigins: ['*', ['*']],
    store: [{}, null],
    now: [0],
    transport: ['header', null],
  }
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const error = await bootError(() => {}, { [name]: value })
      t.match(error, { name: 'TypeError', message: name }, `${name}: ${JSON.stringify(value)}`)
    }
  }
})

/** What another plugin has taken before, and what the error says. */
const taken: Record<string, [build: (app: FastifyInstance) => unknown, message: RegExp]> = {
  'request.user': [app => app.decorateRequest('user', null), /request\.user.*taken.*decoratorName/],
  'request.user, with a getter': [
    app => app.decorateRequest('user', { getter: () => null }),
    /request\.user.*taken.*decoratorName/,
  ],
  'app.authenticate': [app => app.decorate('authenticate', async () => {}), /app\.authenticate.*taken/],
  'app.tokens': [
    app => app.decorate('tokens', {} as FastifyInstance['tokens']),
    /app\.tokens.*taken by another plugin/,
  ],
  'reply.issueTokens': [
    app => app.decorateReply('issueTokens', async () => ({ expires_in: 1 })),
    /taken|registered/,
  ],
  'reply.revokeTokens': [app => app.decorateReply('revokeTokens', async () => {}), /revokeTokens/],
  'the name of a route': [app => app.post('/auth/refresh', who), /\/auth\/refresh/],
  'all of it, registered twice': [app => app.register(tokenratchet, { secret }), /registered already/],
}

t.test('what is taken is a clear error at boot', async t => {
  for (const [what, [build, message]] of Object.entries(taken)) {
    t.match(await bootError(build), { message }, what)
  }
})

t.test('options that Fastify has for every plugin are not ours to refuse', async t => {
  t.equal(await bootError(() => {}, { prefix: '/session', logLevel: 'warn', logSerializers: {} }), undefined)
})

t.test('it is registered twice also from a child scope', async t => {
  const { app } = await testApp(t)
  const again: FastifyPluginAsync = async scope => {
    await scope.register(tokenratchet, { secret, decoratorName: 'other', prefix: '/other' })
  }
  await t.rejects(async () => void (await app.register(again)), { message: /registered already/ })
})

t.test('decoratorName puts the claims somewhere else', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  app.decorateRequest('user', null)
  await app.register(tokenratchet, { secret, decoratorName: 'session' })
  const both = (request: unknown): unknown => {
    const { user, session } = request as { user: unknown; session: { sub: string } | null }
    return { user, session: session?.sub ?? null }
  }
  app.get('/guarded', { config: { auth: true } }, async request => both(request))
  app.get('/public', async request => both(request))
  const { accessToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  const headers = { authorization: `Bearer ${accessToken}` }
  t.strictSame((await app.inject({ url: '/guarded', headers })).json(), { user: null, session: 'ada' })
  t.strictSame((await app.inject({ url: '/public', headers })).json(), { user: null, session: null })
  t.equal((await app.inject('/guarded')).statusCode, 401)
})

t.test('decoratorName is nothing that Fastify has on a request', async t => {
  for (const decoratorName of [
    'body',
    'query',
    'params',
    'headers',
    'raw',
    'id',
    'log',
    'ip',
    'server',
    '__proto__',
  ]) {
    t.match(await bootError(() => {}, { decoratorName }), { message: /taken|decoratorName/ }, decoratorName)
  }
})

t.test('a wrong config.auth is a TypeError at boot, which names the route', async t => {
  const wrong: unknown[] = [
    ...['true', 'required', 'Optional', '', 0, 1, null, [], {}, () => true],
    ...[{ scopes: 'a' }, { scope: '' }, { scope: ['a'] }, { anyScope: 'a  b' }, { introspect: 1 }],
  ]
  for (const auth of wrong) {
    const { app } = await testApp(t)
    const add = () => app.get('/data', { config: { auth: auth as boolean } }, who)
    t.throws(add, { name: 'TypeError', message: /config\.auth.*\/data/ }, `${JSON.stringify(auth)}`)
    const child: FastifyPluginAsync = async scope => {
      scope.get('/below', { config: { auth: auth as boolean } }, who)
    }
    await t.rejects(async () => void (await app.register(child, { prefix: '/child' })), {
      message: /config\.auth.*\/child\/below/,
    })
  }
  const { app } = await testApp(t)
  for (const auth of [true, false, 'optional', undefined] as const) {
    t.doesNotThrow(() => app.get(`/${auth}`, { config: { auth } as { auth: true } }, who))
  }
})

for (const order of ['before the plugin', 'after a registration that nobody awaited']) {
  t.test(`a wrong config.auth of a route declared ${order} closes the route to everybody`, async t => {
    const app = Fastify()
    t.teardown(() => app.close())
    const wrong: unknown[] = ['true', 'admin', '', 0, null, [], { scopes: 'admin' }, { scope: 5 }, {}]
    const declare = (): void => {
      for (const [index, auth] of wrong.entries()) {
        app.get(`/${index}`, { config: { auth: auth as true } }, who)
      }
    }
    if (order === 'before the plugin') {
      declare()
      await app.register(tokenratchet, { secret })
    } else {
      app.register(tokenratchet, { secret })
      declare()
    }
    await app.ready()
    const { accessToken } = await app.tokens.issue({ subject: 'ada', scope: 'read' })
    for (const [index, auth] of wrong.entries()) {
      for (const headers of [{}, { authorization: `Bearer ${accessToken}` }]) {
        const answer = await app.inject({ url: `/${index}`, headers })
        t.equal(answer.statusCode, 500, JSON.stringify(auth))
        t.match(answer.json().message, /^(config\.auth of|unknown option: config\.auth of)/)
      }
    }
  })
}
t.test('R33: to close the application is to close its tokens', async t => {
  const { app } = await testApp(t)
  const { close } = app.tokens
  let closed = 0
  app.tokens.close = async () => {
    await close()
    closed++
  }
  await app.ready()
  t.equal(closed, 0)
  await app.close()
  t.equal(closed, 1)
})

t.test('R37: auth beside config is refused at boot, as the route would be PUBLIC', async t => {
  for (const auth of [true, 'optional', { scope: 'admin' }, false]) {
    const app = Fastify()
    await app.register(tokenratchet, { secret })
    t.throws(() => app.get('/me', { auth } as object, who), {
      name: 'TypeError',
      message:
        'Route /me would be PUBLIC: Fastify ignores `auth` outside `config`. Write { config: { auth: ... } }',
    })
    await app.close()
  }
})

t.test('an option `auth` of another plugin is let be, and so is ours where config has it too', async t => {
  const app = Fastify()
  await app.register(tokenratchet, { secret })
  app.get('/other', { auth: 'jwt' } as object, who)
  app.get('/both', { auth: { strategy: 'x' }, config: { auth: true } } as object, who)
  t.equal((await app.inject('/other')).statusCode, 200)
  t.equal((await app.inject('/both')).statusCode, 401)
  await app.close()
})
