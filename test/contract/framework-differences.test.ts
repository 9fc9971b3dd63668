// What each framework does by default, as docs/http.md says it.
import { cookieOf, exchange, text } from './raw.js'
import { rule, stateOf } from './rule.js'

const closing = ['Host: app.test', 'Connection: close', 'Sec-Fetch-Site: same-origin']
const noType = ['Content-Type: json', 'Content-Length: 2']

type Requests = Record<
  string,
  [start: string, fastify: number, express: number, lines?: string[], body?: string]
>

/** Requests for a token route that bring a good refresh cookie, and the status of each framework. */
const tokenRoutes: Requests = {
  'the route': ['POST /auth/refresh', 200, 200],
  HEAD: ['HEAD /auth/refresh', 405, 405],
  OPTIONS: ['OPTIONS /auth/refresh', 404, 404],
  'a method that Fastify does not know': ['PROPFIND /auth/refresh', 404, 405],
  'a trailing slash': ['POST /auth/refresh/', 404, 404],
  'upper case': ['POST /Auth/Refresh', 404, 404],
  'a double slash': ['POST //auth/refresh', 404, 404],
  'a double slash inside': ['POST /auth//refresh', 404, 404],
  'a dot': ['POST /auth/./refresh', 404, 404],
  'two dots': ['POST /x/../auth/refresh', 404, 404],
  'a backslash': ['POST /auth\\refresh', 404, 404],
  'a parameter in the path': ['POST /auth/refresh;a=b', 404, 404],
  'an encoded letter': ['POST /auth/refres%68', 200, 404],
  'an encoded slash': ['POST /auth%2Frefresh', 404, 404],
  'an encoded NUL': ['POST /auth/refresh%00', 404, 404],
  'half an encoded letter': ['POST /auth/refresh%', 400, 404],
  'a query string': ['POST /auth/refresh?a=b', 200, 200],
  'a fragment': ['POST /auth/refresh#a', 200, 200],
  'an absolute target': ['POST http://app.test/auth/refresh', 200, 200],
  'an absolute target of another host': ['POST http://evil.test/auth/refresh', 200, 200],
  'a Content-Type that is none': ['POST /auth/refresh', 200, 200, noType, '{}'],
  'two types in one Content-Type': [
    'POST /auth/refresh',
    200,
    200,
    ['Content-Type: text/html, application/json', 'Content-Length: 2'],
    '{}',
  ],
  'a wrong method, and such a Content-Type': ['DELETE /auth/refresh', 405, 405, noType, '{}'],
}

rule(
  'what reaches a token route is up to the framework; what does not, changes nothing',
  async (t, world) => {
    const app = await world.start()
    for (const [what, [start, fastify, express, lines = [], body]] of Object.entries(tokenRoutes)) {
      const cookie = `Cookie: ${await cookieOf(app, what)}`
      const before = await stateOf(app, what)
      world.clock.advance(1)
      const bytes = text([`${start} HTTP/1.1`, ...closing, cookie, ...lines], body)
      const [answer] = await exchange(app.port, bytes)
      const status = world.framework === 'fastify' ? fastify : express
      t.equal(answer?.status, status, what)
      t.equal(/set-cookie/i.test(answer?.headers ?? ''), status === 200)
      if (status !== 200) {
        t.same(await stateOf(app, what), before)
      }
    }
  },
)

rule('R15: a token in the query string of a token route is none', async (t, world) => {
  const app = await world.start()
  const { refreshToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  const before = await stateOf(app, 'ada')
  world.clock.advance(1)
  const query = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    token: refreshToken,
  })
  for (const url of ['/auth/refresh', '/auth/revoke', '/auth/logout']) {
    const [answer] = await exchange(app.port, text([`POST ${url}?${query} HTTP/1.1`, ...closing]))
    t.equal(answer?.status, url === '/auth/logout' ? 204 : 400, url)
  }
  t.same(await stateOf(app, 'ada'), before)
})

type Guarded = Record<
  string,
  [
    start: string,
    fastify: [user: number, nobody: number],
    express: [user: number, nobody: number],
    lines?: string[],
    body?: string,
  ]
>

const json = (length: number) => ['Content-Type: application/json', `Content-Length: ${length}`]

/** Requests for a guarded route, and the statuses for a user and for nobody. */
const guardedRoutes: Guarded = {
  'the route': ['GET /me', [200, 401], [200, 401]],
  HEAD: ['HEAD /me', [200, 401], [200, 401]],
  'OPTIONS, which Express answers with Allow alone': ['OPTIONS /me', [404, 404], [200, 200]],
  'a method that Fastify does not know': ['PROPFIND /me', [404, 404], [404, 404]],
  'a trailing slash': ['GET /me/', [404, 404], [200, 401]],
  'upper case': ['GET /ME', [404, 404], [200, 401]],
  'a double slash': ['GET //me', [404, 404], [404, 404]],
  'two slashes behind': ['GET /me//', [404, 404], [404, 404]],
  'a dot': ['GET /./me', [404, 404], [404, 404]],
  'two dots': ['GET /x/../me', [404, 404], [404, 404]],
  'a parameter in the path': ['GET /me;a=b', [404, 404], [404, 404]],
  'an encoded letter': ['GET /m%65', [200, 401], [404, 404]],
  'an encoded slash': ['GET /%2Fme', [404, 404], [404, 404]],
  'half an encoded letter': ['GET /me%', [400, 400], [404, 404]],
  'a query string': ['GET /me?a=b', [200, 401], [200, 401]],
  'an absolute target': ['GET http://app.test/me', [200, 401], [200, 401]],
  'malformed JSON': ['POST /me', [400, 401], [400, 400], json(5), '{"a":'],
  'JSON that is no object or list': ['POST /me', [200, 401], [400, 400], json(1), '1'],
  'no JSON, but its type': ['POST /me', [400, 401], [200, 401], json(0)],
  'JSON with __proto__': ['POST /me', [400, 401], [200, 401], json(16), '{"__proto__":{}}'],
  'a GET with malformed JSON': ['GET /me', [200, 401], [400, 400], json(5), '{"a":'],
  'a Content-Type that is none': ['POST /me', [415, 401], [200, 401], noType, '{}'],
  'a Content-Type that nothing parses': [
    'POST /me',
    [415, 401],
    [200, 401],
    ['Content-Type: text/html', 'Content-Length: 2'],
    '{}',
  ],
}

rule('a guard is asked wherever its route is, however the framework got there', async (t, world) => {
  const app = await world.start()
  const cookie = `Cookie: ${await cookieOf(app, 'ada')}`
  for (const [what, [start, fastify, express, lines = [], body]] of Object.entries(guardedRoutes)) {
    const [user, nobody] = world.framework === 'fastify' ? fastify : express
    const ask = async (credential: string) => {
      const bytes = text([`${start} HTTP/1.1`, ...closing, credential, ...lines], body)
      return (await exchange(app.port, bytes))[0]
    }
    const answer = await ask(cookie)
    t.equal(answer?.status, user, what)
    const refusal = await ask('X-Cookie: none')
    t.equal(refusal?.status, nobody, `${what}, and nobody`)
    t.notMatch(refusal?.body, /"user"/)
  }
})
