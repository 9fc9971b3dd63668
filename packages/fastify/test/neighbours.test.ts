import cookie from '@fastify/cookie'
import cors from '@fastify/cors'
import swagger from '@fastify/swagger'
import tokenratchet from '@tokenratchet/fastify'
import Fastify, { type FastifyPluginAsync, type FastifyReply } from 'fastify'
import t from 'tap'
import { Browser, names, secret, setCookies, who } from './app.js'

for (const order of ['before', 'after'] as const) {
  t.test(`with @fastify/cookie, registered ${order}, both set their cookies`, async t => {
    const app = Fastify()
    t.teardown(() => app.close())
    if (order === 'before') {
      await app.register(cookie)
    }
    await app.register(tokenratchet, { secret })
    if (order === 'after') {
      await app.register(cookie)
    }
    const theme = (reply: FastifyReply) => reply.setCookie('theme', 'dark', { path: '/' })
    app.post('/first', async (_request, reply) => {
      theme(reply)
      return reply.issueTokens({ subject: 'ada' })
    })
    app.post('/last', async (_request, reply) => {
      const body = await reply.issueTokens({ subject: 'ada' })
      theme(reply).setCookie('lang', 'en')
      return body
    })
    app.post('/leave', async (_request, reply) => {
      theme(reply)
      await reply.revokeTokens()
      reply.clearCookie('theme', { path: '/' })
      return {}
    })
    app.get('/me', { config: { auth: true } }, async request => ({
      ...who(request),
      cookies: request.cookies,
    }))
    const namesOf = (lines: string[]): string[] => lines.map(line => line.split('=')[0] ?? '').sort()

    const browser = new Browser(app)
    t.same(namesOf(setCookies(await browser.post('/first'))), [names.access, names.refresh, 'theme'])
    t.same(namesOf(setCookies(await browser.post('/last'))), [names.access, names.refresh, 'lang', 'theme'])
    t.match((await browser.get('/me')).json(), { user: 'ada', cookies: { theme: 'dark', lang: 'en' } })
    t.equal((await browser.post('/auth/refresh')).statusCode, 200)
    t.match((await browser.get('/me')).json(), { user: 'ada', cookies: { theme: 'dark' } })
    t.same(namesOf(setCookies(await browser.post('/leave'))), [names.access, names.refresh, 'theme'])
    t.same([...browser.cookies.keys()], ['lang'])
  })
}

t.test('@fastify/swagger shows the token routes, and no others of ours', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(swagger, { openapi: {} })
  await app.register(cors)
  await app.register(tokenratchet, { secret })
  await app.ready()
  const { paths = {} } = app.swagger() as unknown as {
    paths?: Record<string, Record<string, Record<string, unknown>>>
  }
  t.same(Object.keys(paths).sort(), [
    '/auth/logout',
    '/auth/logout-all',
    '/auth/refresh',
    '/auth/revoke',
    '/auth/sessions',
    '/auth/sessions/{sid}',
  ])
  for (const [path, statuses] of Object.entries({
    '/auth/refresh': ['200', '400', '403', '405', '413', '415', '503'],
    '/auth/logout': ['204', '400', '401', '403', '405', '413', '503'],
    '/auth/logout-all': ['204', '400', '401', '403', '405', '413', '415', '503'],
    '/auth/revoke': ['200', '400', '405', '413', '415', '503'],
  })) {
    t.same(Object.keys(paths[path] ?? {}), ['post'], `${path}: a wrong method is nothing to document`)
    t.match(paths[path]?.['post'], { tags: ['auth'], summary: /^[A-Z].{10,}$/ })
    t.same(Object.keys(paths[path]?.['post']?.['responses'] ?? {}), statuses)
  }
})

t.test('@fastify/cors answers the preflights of the routes, and trusted origins may use them', async t => {
  const origin = 'https://www.example.com'
  for (const order of ['before', 'after'] as const) {
    const app = Fastify()
    t.teardown(() => app.close())
    if (order === 'before') {
      await app.register(cors, { origin, credentials: true })
    }
    await app.register(tokenratchet, { secret, trustedOrigins: [origin] })
    if (order === 'after') {
      await app.register(cors, { origin, credentials: true })
    }
    app.post('/login', async (_request, reply) => reply.issueTokens({ subject: 'ada' }))
    const preflight = { origin, 'access-control-request-method': 'POST' }
    const answer = await app.inject({ method: 'OPTIONS', url: '/auth/refresh', headers: preflight })
    t.equal(answer.statusCode, 204)
    t.match(answer.headers, { 'access-control-allow-origin': origin, 'access-control-allow-methods': /POST/ })

    const browser = new Browser(app)
    const send = (url: string, from: string) =>
      browser.send({ method: 'POST', url, headers: { origin: from, 'sec-fetch-site': 'cross-site' } })
    t.equal((await send('/login', origin)).statusCode, 200)
    const refreshed = await send('/auth/refresh', origin)
    t.equal(refreshed.statusCode, 200)
    t.match(refreshed.headers, {
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
    })
    t.equal((await send('/auth/refresh', 'https://evil.test')).statusCode, 403)
  }
})

t.test('a scope that has a request.user of its own keeps it', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  const legacy: FastifyPluginAsync = async scope => {
    scope.decorateRequest('user', null)
    scope.addHook('onRequest', async request => request.setDecorator('user', { sub: 'legacy' }))
    scope.get('/legacy', who)
  }
  await app.register(legacy)
  await app.register(tokenratchet, { secret })
  app.get('/me', { config: { auth: true } }, who)
  t.strictSame((await app.inject('/legacy')).json(), { user: 'legacy' })
  t.equal((await app.inject('/me')).statusCode, 401)
})

t.test('routers that are lenient about paths find the routes', async t => {
  const app = Fastify({
    routerOptions: { ignoreTrailingSlash: true, caseSensitive: false, ignoreDuplicateSlashes: true },
  })
  t.teardown(() => app.close())
  await app.register(tokenratchet, { secret })
  app.get('/Me', { config: { auth: true } }, who)
  const browser = new Browser(app)
  for (const url of ['/auth/logout', '/auth/logout/', '/AUTH/Logout', '/auth//logout']) {
    t.equal((await browser.post(url)).statusCode, 204, url)
    t.equal((await browser.get(url)).statusCode, 405, url)
  }
  for (const url of ['/me', '/ME/', '//me']) {
    t.equal((await browser.get(url)).statusCode, 401, url)
  }
})
