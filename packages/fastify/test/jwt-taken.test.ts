import tokenratchet from '@tokenratchet/fastify'
import tokenratchetJwt from '@tokenratchet/fastify/jwt'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { secret } from './app.js'
import { jwt, partner } from './jwt-app.js'

async function boot(build: (app: FastifyInstance) => unknown): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  await build(app)
  await app.register(tokenratchet, { secret })
  await app.register(tokenratchetJwt)
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
  'app.jwt': [app => app.decorate('jwt' as never, {} as never), /^`app\.jwt` is taken by something else/],
  'request.jwtVerify': [app => app.decorateRequest('jwtVerify', null), /^`request\.jwtVerify` is taken/],
  'request.jwtDecode': [app => app.decorateRequest('jwtDecode', null), /^`request\.jwtDecode` is taken/],
  'reply.jwtSign': [app => app.decorateReply('jwtSign', null), /^`reply\.jwtSign` is taken/],
  'our namespace': [
    app => app.register(jwt, { ...partner, namespace: 'tokenratchet' }),
    /^`app\.jwt\.tokenratchet` is taken: give your own @fastify\/jwt another namespace/,
  ],
}

t.test('what something else has taken is a clear error at boot', async t => {
  for (const [what, [build, message]] of Object.entries(taken)) {
    await t.rejects(async () => void (await boot(build)), { message }, what)
  }
})

t.test('the option jwt, which there was, is unknown', async t => {
  for (const jwt of [true, false]) {
    const app = Fastify()
    t.teardown(() => app.close())
    await t.rejects(async () => app.register(tokenratchet, { secret, jwt } as { secret: string }), {
      name: 'TypeError',
      message: /^unknown option: jwt/,
    })
  }
})
