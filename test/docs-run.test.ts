// That the code in the documents does what they say: the quick starts, the commands of curl, and code of the guides are run.
import { execFile } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { createTokens } from '@tokenratchet/core'
import { fakeClock } from '@tokenratchet/core/testing'
import tokenratchet from '@tokenratchet/express'
import tokenratchetFastify from '@tokenratchet/fastify'
import { redisStore } from '@tokenratchet/redis'
import express from 'express'
import Fastify, { type FastifyInstance } from 'fastify'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { type Block, blocksOf, documents, runBlock } from './helpers/docs.js'
import { examples, minimal, resourceServers, start } from './helpers/example.js'
import { startRedis } from './helpers/redis.js'

const secret = randomBytes(32).toString('base64')
process.env['TOKEN_SECRET'] = secret
const texts = await documents()

/** The one block of a document that has this text. */
function blockOf(file: string, text: string): Block {
  const found = blocksOf(file, texts.get(file) ?? '').filter(({ code }) => code.includes(text))
  if (found[0] === undefined || found.length > 1) {
    throw new Error(`${found.length} blocks of ${file} have ${text}`)
  }
  return found[0]
}

/** Untyped, as the types of `user` would hold for all tests. */
const me = (request: object) => (request as { user?: object }).user

const checkPassword = async () => ({ id: 'ada', role: 'admin' })

/** A browser's fetch: relative to a server, with a jar. */
function browser(base: string): typeof fetch {
  const jar = new Map<string, string>()
  return async (input, init = {}) => {
    const headers = new Headers(init.headers)
    headers.set('cookie', [...jar].map(pair => pair.join('=')).join('; '))
    headers.set('sec-fetch-site', 'same-origin')
    const response = await fetch(new URL(`${input}`, base), { redirect: 'manual', ...init, headers })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar.set(name, value)
    }
    return response
  }
}

const baseOf = (server: { address(): unknown }): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`

async function listening(t: Test, app: FastifyInstance): Promise<string> {
  t.teardown(() => app.close())
  return app.listen({ port: 0, host: '127.0.0.1' })
}

/** A login, a guarded route with it and without, and a refresh. */
async function works(t: Test, base: string, status = 200): Promise<void> {
  const page = browser(base)
  const nobody = await page('/me')
  t.equal(nobody.status, 401)
  t.equal(nobody.headers.get('www-authenticate'), 'Bearer')
  const login = await page('/login', {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  })
  t.equal(login.status, status)
  t.match(await login.json(), { user: { id: 'ada' }, expires_in: 600 })
  t.match(await (await page('/me')).json(), { sub: 'ada', role: 'admin' })
  t.equal((await page('/auth/refresh', { method: 'POST' })).status, 200)
}

/** What a script prints, line by line, when nothing that it asks for is refused. */
async function shell(code: string, environment: Record<string, string> = {}): Promise<string[]> {
  const strict = 'set -eu; curl() { command curl -sS --fail-with-body "$@"; echo; }\n'
  const { stdout } = await promisify(execFile)('bash', ['-c', strict + code], {
    cwd: t.testdirName,
    env: { ...process.env, ...environment },
  })
  return stdout.split('\n')
}

const anyPort = (code: string): string => code.replace(/\b3000\b/, '0')

t.test('quick starts of Fastify', async t => {
  for (const file of ['README.md', 'packages/fastify/README.md']) {
    const block = blockOf(file, 'const app = Fastify()')
    const { app } = await runBlock(block, { checkPassword }, ['app'], anyPort)
    if (!app.server.listening) {
      await app.listen({ port: 0 })
    }
    t.teardown(() => app.close())
    await works(t, baseOf(app.server))
  }
})

t.test('quick starts of Express', async t => {
  for (const file of ['README.md', 'packages/express/README.md']) {
    const block = blockOf(file, 'const app = express()')
    const isListening = block.code.includes('app.listen(3000)')
    const { server } = await runBlock(block, { checkPassword }, ['server'], code =>
      isListening
        ? code.replace('app.listen(3000)', 'const server = app.listen(0)')
        : `${code}\nconst server = app.listen(0)`,
    )
    t.teardown(() => server.close())
    await works(t, baseOf(server))
  }
})

t.test('the verbs of the core', async t => {
  const block = blockOf('packages/core/README.md', 'createTokens')
  const { claims, next } = await runBlock(block, {}, ['claims', 'next'])
  t.match(claims, { sub: 'ada', role: 'admin' })
  t.type(next.refreshToken, 'string')
})

t.test('beside @fastify/jwt', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  const given = { app, secret, tokenratchet: tokenratchetFastify }
  await runBlock(blockOf('docs/reference.md', 'register(tokenratchetJwt)'), given)
  await runBlock(blockOf('docs/reference.md', 'request.jwtVerify() }'), { app })
  const claims = { role: 'admin' }
  const { accessToken } = await app.tokens.issue({ subject: 'ada', claims, transport: 'body' })
  const ask = (token: string) => app.inject({ url: '/role', headers: { authorization: `Bearer ${token}` } })
  t.equal((await ask(accessToken)).body, 'admin')
  t.equal((await ask('x')).statusCode, 401)
})

t.test('tokens in bodies, by curl', async t => {
  const app = Fastify()
  await app.register(tokenratchetFastify, { secret })
  await runBlock(blockOf('docs/reference.md', "app.post('/token'"), { app, checkPassword })
  app.get('/me', { config: { auth: true } }, me)
  const base = await listening(t, app)
  const first = await app.inject({ method: 'POST', url: '/token', payload: {} })
  const { access_token, refresh_token } = first.json()
  const { code } = blockOf('docs/reference.md', 'curl $base/token')
  const [issued, user, refreshed, revoked] = await shell(code, { base, access_token, refresh_token })
  const shown = /^# (\{.*\})$/m.exec(code)?.[1] ?? ''
  t.same(Object.keys(JSON.parse(issued ?? '')), Object.keys(JSON.parse(shown)), 'the answer is as shown')
  t.match(JSON.parse(user ?? ''), { sub: 'ada', scope: 'read write' })
  t.match(JSON.parse(refreshed ?? ''), { token_type: 'Bearer', scope: 'read' })
  t.equal(revoked, '')
  const again = await app.inject({
    method: 'POST',
    url: '/auth/refresh',
    payload: { grant_type: 'refresh_token', refresh_token },
  })
  t.match(again.json(), { error: 'invalid_grant' })
})

for (const example of examples) {
  t.test(`the example on ${example}, by curl`, async t => {
    const file = `examples/${example}/README.md`
    const { url } = await start(example, { DATABASE_FILE: `${t.testdir()}/example.db` })
    // The second goes on with the variables of the first.
    const scripts = [blockOf(file, 'curl $base/login'), blockOf(file, 'curl $base/token')].map(
      ({ code }) => code,
    )
    const [registered, login, me, refreshed, out, client, revoked] = await shell(
      scripts.join('\n').replace('http://127.0.0.1:3000', url),
    )
    t.match(JSON.parse(registered ?? ''), { email: 'ada@example.com' })
    t.match(JSON.parse(login ?? ''), { user: { email: 'ada@example.com' }, expires_in: 600 })
    t.match(JSON.parse(me ?? ''), { email: 'ada@example.com' })
    t.same(JSON.parse(refreshed ?? ''), { expires_in: 600 })
    t.equal(out, '')
    t.match(JSON.parse(client ?? ''), { email: 'ada@example.com' })
    t.equal(revoked, '')
  })
}

for (const example of minimal) {
  t.test(`${example}, by curl`, async t => {
    const { url } = await start(example)
    const { code } = blockOf(`examples/${example}/README.md`, 'curl $base/login')
    const [login, me, refreshed, out] = await shell(code.replace('http://127.0.0.1:3000', url))
    t.match(JSON.parse(login ?? ''), { user: { id: '7' }, expires_in: 600 })
    t.match(JSON.parse(me ?? ''), { sub: '7', role: 'member' })
    t.same(JSON.parse(refreshed ?? ''), { expires_in: 600 })
    t.equal(out, '')
  })
}

for (const example of resourceServers) {
  t.test(`${example}, by curl`, async t => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const parties = { ISSUER: 'http://127.0.0.1:3000', AUDIENCE: 'http://127.0.0.1:3001' }
    const app = await start('fastify', {
      ...parties,
      DATABASE_FILE: `${t.testdir()}/example.db`,
      SIGNING_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    })
    const server = await start(example, { ...parties, JWKS_URL: `${app.url}/.well-known/jwks.json` })
    const { code } = blockOf(`examples/${example}/README.md`, 'curl')
    const lines = await shell(
      code.replaceAll(parties.ISSUER, app.url).replaceAll(parties.AUDIENCE, server.url),
    )
    const shown = JSON.parse(/^# (\{.*\})$/m.exec(code)?.[1] ?? '')
    t.match(JSON.parse(lines[1] ?? ''), { ...shown, subject: String })
  })
}

t.test('every block with curl is run above', async t => {
  const files = [...texts].filter(([, text]) => /^curl /m.test(text)).map(([file]) => file)
  t.same(
    files.sort(),
    [
      'docs/reference.md',
      ...[...examples, ...resourceServers, ...minimal].map(name => `examples/${name}/README.md`),
    ].sort(),
  )
})

t.test('the verbs without HTTP, and the test kit', async t => {
  const app = Fastify()
  await app.register(tokenratchetFastify, { secret })
  app.get('/me', { config: { auth: true } }, me)
  const { response } = await runBlock(blockOf('docs/reference.md', 'signIn(app, '), { app }, ['response'])
  t.match(response.json(), { sub: 'ada', role: 'admin' })
  const own = await app.tokens.issue({ subject: 'ada' })
  const other = await app.tokens.issue({ subject: 'ada' })
  const block = blockOf('docs/reference.md', 'app.tokens.revokeAll(')
  const given = { app, userId: 'ada', sid: other.sid, accessToken: own.accessToken, request: { user: own } }
  const sessions = await app.tokens.sessions('ada')
  const shown = /\[\{ (.*) \}\]/.exec(block.code)?.[1]?.split(', ') ?? []
  t.same(
    Object.keys(sessions[0] ?? {}).filter(name => !shown.includes(name)),
    [],
  )
  await runBlock(block, given)
  t.same(
    (await app.tokens.sessions('ada')).map(({ sid }) => sid),
    [own.sid],
  )
  await app.close()
})

t.test('a user of Redis with the permissions of the document', async t => {
  const server = await startRedis()
  t.teardown(() => server.stop())
  const [command = '', ...args] = blockOf('packages/redis/README.md', 'ACL SETUSER').code.match(/\S+/g) ?? []
  await server.command(command, ...args)
  const client = new Redis(server.port, { username: 'app', password: 'password' })
  t.teardown(() => client.disconnect())
  const refused: string[] = []
  const tokens = createTokens({
    secret,
    store: redisStore(client),
    onEvent: ({ type }) => void (/^store_/.test(type) && type !== 'store_warning' && refused.push(type)),
  })
  t.teardown(() => tokens.close())
  await tokens.ready()
  const { refreshToken } = await tokens.issue({ subject: 'ada' })
  const { refreshToken: next } = await tokens.refresh(refreshToken)
  await tokens.sessions('ada')
  await tokens.revoke({ token: next })
  await tokens.revokeAll('ada')
  t.same(refused, [])
})

t.test('guide: several tabs, by hand', async t => {
  let told = 0
  const app = Fastify()
  const clock = fakeClock()
  await app.register(tokenratchetFastify, { secret, now: clock.now })
  app.post('/login', async (_request, reply) => reply.issueTokens({ subject: 'ada' }))
  app.get('/me', { config: { auth: true } }, me)
  const base = await listening(t, app)
  const page = browser(base)
  let isAway = true
  const through: typeof fetch = async (input, init) =>
    isAway && input === '/auth/refresh' ? new Response(null, { status: 503 }) : page(input, init)
  const block = blockOf('docs/guides/front-ends.md', 'async function api(')
  const given = { fetch: through, showLogin: () => void told++ }
  const { api } = await runBlock(block, given, ['api'])
  await page('/login', { method: 'POST' })
  clock.advance('11m')
  t.equal((await api('/me')).status, 401)
  t.equal(told, 0, 'an outage shows no login')
  isAway = false
  const answers = await Promise.all([api('/me'), api('/me'), api('/me')])
  t.same(
    answers.map(({ status }) => status),
    [200, 200, 200],
  )
  await app.tokens.revokeAll('ada')
  const refused = await Promise.all([api('/me'), api('/me')])
  t.same(
    refused.map(({ status }) => status),
    [401, 401],
  )
  t.equal(told, 1)
})

t.test('guide: pages rendered by the server', async t => {
  const app = Fastify()
  const given = { app, secret, tokenratchet: tokenratchetFastify }
  await runBlock(blockOf('docs/guides/front-ends.md', "reply.redirect('/login')"), given)
  const { refreshToken } = await app.tokens.issue({ subject: 'ada' })
  const cookie = `__Host-refresh_token=${refreshToken}`
  const page = await app.inject({ url: '/account', headers: { cookie } })
  t.equal(page.body, 'Hello ada')
  t.equal([page.headers['set-cookie']].flat().length, 2)
  t.equal((await app.inject('/account')).headers.location, '/login')
  await app.close()
})

t.test('guide: mobile apps', async t => {
  const app = Fastify()
  await app.register(tokenratchetFastify, { secret, transport: 'body' })
  const base = await listening(t, app)
  let kept = (await app.tokens.issue({ subject: 'ada', transport: 'body' })).refreshToken
  const keychain = {
    get: async () => kept,
    async set(token: string) {
      kept = token
    },
  }
  const { newAccessToken } = await runBlock(
    blockOf('docs/guides/front-ends.md', 'keychain.get()'),
    { keychain },
    [],
    code => code.replace('https://api.example.com', base),
  )
  const [one, other] = await Promise.all([newAccessToken(), newAccessToken()])
  t.equal(one, other, 'one refresh')
  t.equal(app.tokens.verify(await newAccessToken()).sub, 'ada')
  await app.tokens.revokeAll('ada')
  await t.rejects(newAccessToken(), /Signed out/)
})

t.test('guide: NestJS on Express', async t => {
  const block = blockOf('docs/guides/protect-routes.md', 'NestFactory')
  const { app } = await runBlock(block, { checkPassword }, ['app'], anyPort)
  t.teardown(() => app.close())
  await works(t, baseOf(app.getHttpServer()), 201)
})

t.test('R35: without a filter of its own NestJS answers with the challenge all the same', async t => {
  const block = blockOf('docs/guides/protect-routes.md', 'NestFactory')
  const withoutFilter = (code: string) => anyPort(code.replace(/^app\.useGlobalFilters.*$/m, ''))
  const { app } = await runBlock(block, { checkPassword }, ['app'], withoutFilter)
  t.teardown(() => app.close())
  const answer = await fetch(`${baseOf(app.getHttpServer())}/me`)
  t.same([answer.status, answer.headers.get('www-authenticate')], [401, 'Bearer'])
  t.same(Object.keys((await answer.json()) as object).sort(), ['message', 'statusCode'])
})

t.test('guide: @fastify/swagger', async t => {
  const app = Fastify()
  const given = { app, secret, tokenratchet: tokenratchetFastify }
  await runBlock(blockOf('docs/guides/protect-routes.md', '@fastify/swagger'), given)
  await app.ready()
  const { paths } = (app as unknown as { swagger(): { paths: Record<string, object> } }).swagger()
  t.match(paths, { '/auth/refresh': { post: { tags: ['auth'] } }, '/me': { get: { security: [{}] } } })
  await app.close()
})

t.test('guide: passport for the login', async t => {
  const app = express()
  const auth = tokenratchet({ secret })
  const strategy = {
    authenticate(this: { success(user: object): void }) {
      this.success({ id: 'ada' })
    },
  }
  await runBlock(blockOf('docs/guides/login.md', "passport.use('company'"), { app, auth, strategy })
  const server = app.listen(0)
  await once(server, 'listening')
  t.teardown(() => server.close())
  const page = browser(baseOf(server))
  t.equal((await page('/login/callback')).status, 302)
  t.match(await (await page('/me')).json(), { sub: 'ada' })
})

t.test('guide: log out everywhere', async t => {
  const app = Fastify()
  await app.register(tokenratchetFastify, { secret })
  let changed = ''
  const changePassword = async (subject: string) => {
    changed = subject
  }
  await runBlock(blockOf('docs/guides/log-out.md', "app.post('/password', { config"), { app, changePassword })
  const own = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  await app.tokens.issue({ subject: 'ada' })
  const headers = { authorization: `Bearer ${own.accessToken}` }
  t.equal((await app.inject({ method: 'POST', url: '/password', headers, payload: {} })).statusCode, 200)
  t.equal(changed, 'ada')
  t.same(
    (await app.tokens.sessions('ada')).map(({ sid }) => sid),
    [own.sid],
  )
  await app.close()
})

t.test('guide: testing your app', async t => {
  const cases: (() => Promise<void>)[] = []
  const apps: FastifyInstance[] = []
  const buildApp = async ({ now }: { now: () => number }) => {
    const app = Fastify()
    apps.push(app)
    await app.register(tokenratchetFastify, { secret, now })
    app.get('/me', { config: { auth: true } }, me)
    return app
  }
  const test = (_name: string, run: () => Promise<void>) => void cases.push(run)
  const block = blockOf('docs/guides/testing.md', "signIn } from '@tokenratchet/fastify/testing'")
  // The same, by a runner that tells us of it.
  await runBlock(block, { buildApp, test }, [], code => code.replace(/import .* from 'node:test'\n/, ''))
  t.equal(cases.length, 1)
  await cases[0]?.()
  await apps[0]?.close()
})

/** An Express app that listens until the test ends. */
async function serving(t: Test, app: express.Express): Promise<string> {
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return baseOf(server)
}

const json = { 'content-type': 'application/json' }

t.test('guide: protect routes, on both frameworks', async t => {
  const fastify = Fastify()
  const guide = 'docs/guides/protect-routes.md'
  const onFastify = { app: fastify, checkPassword, secret, tokenratchet: tokenratchetFastify }
  await runBlock(blockOf(guide, 'global: true'), onFastify)
  const app = express()
  await runBlock(blockOf(guide, 'app.use(auth.authenticate) // guards'), {
    app,
    checkPassword,
    express,
    secret,
    tokenratchet,
  })
  for (const base of [await listening(t, fastify), await serving(t, app)]) {
    const page = browser(base)
    const send = async (path: string, method = 'GET') =>
      (await page(path, { method, ...(method === 'POST' && { body: '{}', headers: json }) })).status
    t.equal(await send('/health'), 200)
    t.equal(await send('/me'), 401)
    t.equal(await send('/articles', 'POST'), 401)
    t.same(await (await page('/')).json(), { user: null })
    t.equal(await send('/login', 'POST'), 200)
    t.same(await (await page('/')).json(), { user: 'ada' })
    t.equal(await send('/me'), 200)
    t.equal(await send('/articles', 'POST'), 200)
    t.equal(await send('/payments', 'POST'), 200)
  }
})

t.test('guide: roles, on both frameworks', async t => {
  const users = new Map([['ada', { role: 'admin', isDisabled: false }]])
  const findUser = async (id: string) => users.get(id)
  const fastify = Fastify()
  const given = { app: fastify, findUser, secret, tokenratchet: tokenratchetFastify }
  await runBlock(blockOf('docs/guides/roles.md', 'preHandler: onlyAdmins'), given)
  const app = express()
  const { auth } = await runBlock(
    blockOf('docs/guides/roles.md', 'auth.authenticate, onlyAdmins'),
    { app, express, findUser, secret, tokenratchet },
    ['auth'],
  )
  const statuses = [
    [await listening(t, fastify), fastify.tokens],
    [await serving(t, app), auth.tokens],
  ] as const
  for (const [base, tokens] of statuses) {
    users.set('ada', { role: 'admin', isDisabled: false })
    const ask = async (token: string) =>
      (await fetch(`${base}/users`, { headers: { authorization: `Bearer ${token}` } })).status
    const member = await tokens.issue({ subject: 'ada', claims: { role: 'member' } })
    t.equal(await ask(member.accessToken), 403)
    const admin = await tokens.refresh(member.refreshToken)
    t.equal(await ask(admin.accessToken), 200)
    users.delete('ada')
    await t.rejects(tokens.refresh(admin.refreshToken), { code: 'ERR_INVALID_GRANT' })
    t.equal(await ask(admin.accessToken), 401)
  }
})

t.test('guide: log users in and delete them, on both frameworks', async t => {
  const user = { id: 7, name: 'Ada', role: 'member' }
  const checkPassword = async ({ password }: { password: string }) =>
    password === 'right' ? user : undefined
  const deleteUser = async () => {}
  const fastify = Fastify()
  await fastify.register(tokenratchetFastify, { secret })
  const limited = async () => {}
  await runBlock(blockOf('docs/guides/login.md', 'onRequest: limited'), {
    app: fastify,
    checkPassword,
    limited,
  })
  await runBlock(blockOf('docs/guides/log-out.md', 'reply.revokeTokens() // clears'), {
    app: fastify,
    deleteUser,
  })
  const app = express()
  const auth = tokenratchet({ secret })
  app.use(auth.middleware, express.json())
  const pass = (_request: object, _response: object, next: () => void) => next()
  await runBlock(blockOf('docs/guides/login.md', "app.post('/login', limited"), {
    app,
    checkPassword,
    limited: pass,
  })
  await runBlock(blockOf('docs/guides/log-out.md', 'res.revokeTokens() // clears'), { app, auth, deleteUser })
  for (const base of [await listening(t, fastify), await serving(t, app)]) {
    const page = browser(base)
    const logIn = (password: string) =>
      page('/login', { method: 'POST', headers: json, body: JSON.stringify({ password }) })
    const wrong = await logIn('wrong')
    t.same([wrong.status, wrong.headers.get('www-authenticate')], [401, null])
    t.match(await (await logIn('right')).json(), { user: { name: 'Ada' }, expires_in: 600 })
    const gone = await page('/account', { method: 'DELETE' })
    t.equal(gone.status, 204)
    t.match(gone.headers.getSetCookie().join(), /access_token=; Max-Age=0.*refresh_token=; Max-Age=0/)
    t.equal((await page('/auth/refresh', { method: 'POST' })).status, 400)
  }
})

t.test('guide: the other tests, and the cases of a store', async t => {
  const cases: [string, () => Promise<void>][] = []
  const test = (name: string, run: () => Promise<void>) => void cases.push([name, run])
  const withoutRunner = (code: string): string => code.replace(/import .* from 'node:test'\n/, '')
  /** As much of supertest as the guide needs. */
  const supertest = (app: express.Express) => ({
    get: (path: string) => ({
      set: (headers: Record<string, string>) => ({
        expect: async (status: number) =>
          t.equal((await fetch(`${await serving(t, app)}${path}`, { headers })).status, status),
      }),
    }),
  })
  const given = { secret, supertest, test, tokenratchet }
  for (const text of ["from '@tokenratchet/express/testing'", 'storeCases']) {
    await runBlock(blockOf('docs/guides/testing.md', text), given)
  }
  const routes = blockOf('docs/guides/testing.md', "addHook('onRoute'")
  await runBlock(routes, { ...given, tokenratchet: tokenratchetFastify }, [], withoutRunner)
  t.ok(cases.length > 20, `${cases.length} cases`)
  for (const [name, run] of cases) {
    await t.resolves(run(), name)
  }
})
