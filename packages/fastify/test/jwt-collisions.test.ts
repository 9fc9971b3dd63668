import { execFile } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import tokenratchet, { type TokenratchetOptions } from '@tokenratchet/fastify'
import tokenratchetJwt from '@tokenratchet/fastify/jwt'
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import t from 'tap'
import { secret, who } from './app.js'
import { call, jwt, jwtOf, partner } from './jwt-app.js'

type Options = TokenratchetOptions & { prefix: string }

async function boot(
  build: (app: FastifyInstance) => unknown,
  options: object = {},
): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  await build(app)
  await app.register(tokenratchet, { secret, ...options } as Options)
  await app.register(tokenratchetJwt)
  return app
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
const issue = async ({ tokens }: FastifyInstance) =>
  (await tokens.issue({ subject: 'ada', transport: 'body' })).accessToken

/** The application's own, before ours: what it registers, and where its `jwt` is. */
const before: Record<string, [theirs: object, own: 'jwtVerify' | 'partnerJwtVerify']> = {
  'as it comes': [{ secret: 'of the partner' }, 'jwtVerify'],
  'with a decoratorName': [partner, 'jwtVerify'],
  'under a namespace': [{ secret: 'of the partner', namespace: 'partner' }, 'partnerJwtVerify'],
  'under a namespace, with a decoratorName': [{ ...partner, namespace: 'partner' }, 'partnerJwtVerify'],
}

for (const [what, [theirs, own]] of Object.entries(before)) {
  t.test(`ours is under the namespace tokenratchet where the app has registered its own ${what}`, async t => {
    const app = await boot(app => app.register(jwt, theirs as { secret: string }))
    const theirJwt = own === 'jwtVerify' ? jwtOf(app) : (jwtOf(app)['partner'] as ReturnType<typeof jwtOf>)
    const ourJwt = jwtOf(app)['tokenratchet'] as ReturnType<typeof jwtOf>
    app.get('/guard', { config: { auth: true } }, who)
    app.get('/nobody', who)
    for (const method of ['tokenratchetJwtVerify', own] as const) {
      app.get(`/${method}`, async request => call(request, method))
    }
    const [ours, signed] = [await issue(app), theirJwt.sign({ sub: 'bob' })]
    const statusOf = async (url: string, token: string) =>
      (await app.inject({ url, ...bearer(token) })).statusCode
    for (const url of ['/guard', '/tokenratchetJwtVerify']) {
      t.equal(await statusOf(url, ours), 200, url)
      t.equal(await statusOf(url, signed), 401)
    }
    t.equal(await statusOf(`/${own}`, signed), 200)
    t.equal(await statusOf(`/${own}`, ours), 401)
    t.match(await ourJwt.verify(ours), { sub: 'ada' })
    t.throws(() => ourJwt.verify(signed), { code: 'ERR_ACCESS_TOKEN_INVALID' })
    t.throws(() => ourJwt.sign({ sub: 'ada' }), { message: /unable to sign/ })
    t.strictSame((await app.inject({ url: '/guard', ...bearer(ours) })).json(), { user: 'ada' })
    t.strictSame((await app.inject({ url: '/nobody', ...bearer(ours) })).json(), { user: null })
  })
}

t.test('the application may register its own afterwards under a namespace', async t => {
  const app = await boot(() => {})
  await app.register(jwt, { ...partner, namespace: 'partner' })
  app.get('/ours', async request => call(request, 'jwtVerify'))
  app.get('/theirs', async request => call(request, 'partnerJwtVerify'))
  const signed = jwtOf(app)['partner']?.sign({ sub: 'bob' }) ?? ''
  const tokens = { '/ours': await issue(app), '/theirs': signed }
  for (const url of ['/ours', '/theirs'] as const) {
    t.equal((await app.inject({ url, ...bearer(tokens[url]) })).statusCode, 200, url)
    const other = tokens[url === '/ours' ? '/theirs' : '/ours']
    t.equal((await app.inject({ url, ...bearer(other) })).statusCode, 401)
  }
})

t.test('without a namespace its own afterwards ends the process, with the error of @fastify/jwt', async t => {
  const program = (decoratorName: string) => `
    import jwt from '@fastify/jwt'
    import tokenratchet from '@tokenratchet/fastify'
    import tokenratchetJwt from '@tokenratchet/fastify/jwt'
    import Fastify from 'fastify'
    const app = Fastify()
    await app.register(tokenratchet, { secret: '${secret}' })
    await app.register(tokenratchetJwt)
    await app.register(jwt, { secret: 'of the partner', decoratorName: '${decoratorName}' })
    await app.ready()
    process.exit(0)`
  for (const [decoratorName, taken] of Object.entries({ user: 'user', partner: 'jwt' })) {
    const [code, error] = await new Promise<[unknown, string]>(resolve => {
      const given = ['--input-type=module', '--eval', program(decoratorName)]
      const cwd = fileURLToPath(new URL('.', import.meta.url))
      execFile(process.execPath, given, { cwd }, (failure, _output, text) => resolve([failure?.code, text]))
    })
    t.equal(code, 1)
    t.match(error, `The decorator '${taken}' has already been added!`)
  }
})

t.test(
  'an application of several scopes may have its own above, and ours in each that has our plugin',
  async t => {
    const app = Fastify()
    t.teardown(() => app.close())
    await app.register(jwt, partner)
    for (const name of ['first', 'second']) {
      const child: FastifyPluginAsync = async scope => {
        await scope.register(tokenratchet, { secret, prefix: `/${name}/auth` })
        await scope.register(tokenratchetJwt)
        scope.get(`/${name}`, async request => call(request, 'tokenratchetJwtVerify'))
        scope.get(`/${name}/token`, async () => issue(scope))
      }
      await app.register(child)
    }
    for (const name of ['first', 'second']) {
      const token = (await app.inject(`/${name}/token`)).body
      t.equal((await app.inject({ url: `/${name}`, ...bearer(token) })).statusCode, 200, name)
    }
    t.notOk('tokenratchet' in jwtOf(app), 'the scope above does not see ours')
    t.ok(jwtOf(app).sign({ sub: 'bob' }))
  },
)

t.test('decoratorName is where request.jwtVerify() puts the claims', async t => {
  for (const theirs of [undefined, { ...partner, namespace: 'partner' }]) {
    const app = await boot(async app => theirs && app.register(jwt, theirs), { decoratorName: 'session' })
    app.get('/jwt', async request => {
      const claims = await call(request, theirs ? 'tokenratchetJwtVerify' : 'jwtVerify')
      return { same: (request as unknown as { session: unknown }).session === claims, ...who(request) }
    })
    t.strictSame((await app.inject({ url: '/jwt', ...bearer(await issue(app)) })).json(), { same: true })
  }
})
