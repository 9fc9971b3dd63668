import tokenratchet from '@tokenratchet/fastify'
import tokenratchetJwt, { tokenratchetJwt as byName } from '@tokenratchet/fastify/jwt'
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import t from 'tap'
import { secret } from './app.js'
import { call, jwt, jwtOf, partner } from './jwt-app.js'

function create(): FastifyInstance {
  const app = Fastify()
  t.teardown(() => app.close())
  return app
}

/** Scopes of their own. */
const withTokens: FastifyPluginAsync = async scope => {
  await scope.register(tokenratchet, { secret })
}
const withJwt: FastifyPluginAsync = async scope => {
  await scope.register(tokenratchetJwt)
}

const isMissing = { message: /^@tokenratchet\/fastify is not registered here: register it first/ }
const isRegistered = { message: /^@tokenratchet\/fastify\/jwt is registered already/ }
const isOption = { name: 'TypeError', message: /^unknown option: decoratorName\. .* takes none/ }

t.test('it is the default export, and has a name', async t => {
  t.equal(tokenratchetJwt, byName)
})

t.test('@tokenratchet/fastify alone registers no @fastify/jwt, and takes none of its names', async t => {
  const app = create()
  await app.register(tokenratchet, { secret })
  t.notOk(app.hasDecorator('jwt') || app.hasPlugin('@fastify/jwt'))
  t.notOk(app.hasRequestDecorator('jwtVerify') || app.hasReplyDecorator('jwtSign'))
  await app.register(jwt, partner)
  t.ok(jwtOf(app).sign({ sub: 'bob' }))
  t.notOk('tokenratchet' in jwtOf(app))
})

t.test('registered before @tokenratchet/fastify it says what to do', async t => {
  const app = create()
  await t.rejects(async () => app.register(tokenratchetJwt), isMissing)
  const later = create()
  later.register(tokenratchetJwt)
  later.register(tokenratchet, { secret })
  await t.rejects(async () => later.ready(), isMissing)
})

t.test('nothing needs to be awaited where the order is right', async t => {
  const app = create()
  app.register(tokenratchet, { secret })
  app.register(tokenratchetJwt)
  app.get('/jwt', async request => call(request, 'jwtVerify'))
  await app.ready()
  const { accessToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  const answer = await app.inject({ url: '/jwt', headers: { authorization: `Bearer ${accessToken}` } })
  t.match(answer.json(), { sub: 'ada' })
})

t.test('in a scope that has no @tokenratchet/fastify it says what to do', async t => {
  const app = create()
  await app.register(withTokens)
  await t.rejects(async () => app.register(tokenratchetJwt), isMissing, 'in the scope above')
  const other = create()
  await other.register(withTokens)
  await t.rejects(async () => other.register(withJwt), isMissing, 'in a scope beside it')
})

t.test('it may be in a scope within, which then has it alone', async t => {
  const app = create()
  await app.register(tokenratchet, { secret })
  for (const url of ['/first', '/second']) {
    const within: FastifyPluginAsync = async scope => {
      await scope.register(tokenratchetJwt)
      scope.get(url, async request => call(request, 'jwtVerify'))
    }
    await app.register(within)
  }
  t.notOk(app.hasDecorator('jwt') || app.hasRequestDecorator('jwtVerify'))
  await app.register(jwt, partner)
  t.ok(jwtOf(app).sign({ sub: 'bob' }), 'its names are free above')
  const { accessToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  const headers = { authorization: `Bearer ${accessToken}` }
  for (const url of ['/first', '/second']) {
    t.match((await app.inject({ url, headers })).json(), { sub: 'ada' }, url)
  }
})

t.test('registered twice it says so', async t => {
  for (const own of [false, true]) {
    const app = create()
    if (own) {
      await app.register(jwt, partner)
    }
    await app.register(tokenratchet, { secret })
    await app.register(tokenratchetJwt)
    await t.rejects(async () => app.register(tokenratchetJwt), isRegistered)
    const above = create()
    await above.register(tokenratchet, { secret })
    await above.register(tokenratchetJwt)
    await t.rejects(async () => above.register(withJwt), isRegistered, 'also in a scope above')
  }
})

t.test('it takes no options but those of Fastify', async t => {
  const app = create()
  await app.register(tokenratchet, { secret })
  await t.rejects(async () => app.register(tokenratchetJwt, { decoratorName: 'session' } as object), isOption)
  const quiet = create()
  await quiet.register(tokenratchet, { secret })
  await quiet.register(tokenratchetJwt, { logLevel: 'warn' })
  t.ok(quiet.hasDecorator('jwt'))
})
