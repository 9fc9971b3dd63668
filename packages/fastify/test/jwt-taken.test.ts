import tokenratchet, { type TokenratchetOptions } from '@tokenratchet/fastify'
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import t from 'tap'
import { secret } from './app.js'
import { jwt, jwtOf, partner } from './jwt-app.js'

type Options = TokenratchetOptions & { prefix: string }

async function boot(
  build: (app: FastifyInstance) => unknown,
  options: object = {},
): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  await build(app)
  await app.register(tokenratchet, { secret, ...options } as Options)
  return app
}

/** What is taken by something else than @fastify/jwt. */
const taken: Record<string, [build: (app: FastifyInstance) => unknown, message: RegExp]> = {
  'request.user': [app => app.decorateRequest('user', null), /`request\.user` is taken.*`decoratorName`/],
  'request.user, beside @fastify/jwt': [
    async app => {
      app.decorateRequest('user', null)
      await app.register(jwt, partner)
    },
    /`request\.user` is taken.*`decoratorName`/,
  ],
  'app.jwt': [app => app.decorate('jwt' as never, {} as never), /`app\.jwt` is taken.*`jwt: false`/],
  'request.jwtVerify': [app => app.decorateRequest('jwtVerify', null), /jwtVerify` is taken.*`jwt: false`/],
  'reply.jwtSign': [app => app.decorateReply('jwtSign', null), /`reply\.jwtSign` is taken.*`jwt: false`/],
  'our namespace': [
    app => app.register(jwt, { ...partner, namespace: 'tokenratchet' }),
    /`app\.jwt\.tokenratchet` is taken.*`jwt: false`/,
  ],
}

t.test('what something else has taken is a clear error at boot', async t => {
  for (const [what, [build, message]] of Object.entries(taken)) {
    await t.rejects(async () => void (await boot(build)), { message }, what)
  }
  for (const jwt of ['false', null, 0, {}]) {
    await t.rejects(async () => void (await boot(() => {}, { jwt })), {
      name: 'TypeError',
      message: /^jwt must/,
    })
  }
})

t.test('the plugin in a child scope leaves the parent without it', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  const child: FastifyPluginAsync = async scope => {
    await scope.register(tokenratchet, { secret })
    t.ok(scope.hasDecorator('jwt'))
  }
  await app.register(child)
  t.notOk(app.hasDecorator('jwt'))
  await app.register(jwt, { secret: 'of the partner' })
  t.ok(jwtOf(app).sign({ sub: 'bob' }))
})
