import { createClient } from '@tokenratchet/client'
import type { Grant } from '@tokenratchet/core'
import type { AppRoute, RunningApp } from './app.js'
import { Browser, names, type Sent, send } from './http.js'
import { rule, type World } from './rule.js'

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

const routes: readonly AppRoute[] = [
  { method: 'GET', path: '/admin', auth: { scope: 'admin' }, handle: () => ({}) },
  { method: 'GET', path: '/sure', auth: { introspect: true }, handle: () => ({}) },
  {
    method: 'GET',
    path: '/in-handler',
    auth: 'optional',
    handle: ({ claims }) => ({ body: { user: claims().sub } }),
  },
]

const invalid = (what: string): string => `Bearer error="invalid_token", error_description="${what}"`
const lacking = 'The access token lacks a scope that this route requires'

/** What is refused, by whom, and the headers that explain it. */
async function refusals(world: World, app: RunningApp) {
  const { accessToken: expired, refreshToken } = await app.tokens.issue({ subject: 'ada' })
  world.clock.advance('11m')
  const { accessToken: good } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  const { accessToken: revoked } = await app.tokens.issue({ subject: 'grace', transport: 'body' })
  await app.tokens.revoke({ token: revoked })
  const rows: Record<string, [sent: Sent, status: number, name: string, value: string, isDown?: true]> = {
    'no token': [{ url: '/me' }, 401, 'www-authenticate', 'Bearer'],
    'an expired token': [
      { url: '/me', headers: { cookie: `${names.access}=${expired}; ${names.refresh}=${refreshToken}` } },
      401,
      'www-authenticate',
      invalid('The access token has expired'),
    ],
    'a revoked token': [
      { url: '/me', headers: bearer(revoked) },
      401,
      'www-authenticate',
      invalid('The access token has been revoked'),
    ],
    'a forged token, where a user is optional': [
      { url: '/maybe', headers: bearer('x') },
      401,
      'www-authenticate',
      invalid('The access token is invalid'),
    ],
    'a malformed credential': [
      { url: '/me', headers: { authorization: 'Bearer' } },
      400,
      'www-authenticate',
      'Bearer error="invalid_request", error_description="The request carries a malformed credential, or more than one"',
    ],
    'a scope that is lacking': [
      { url: '/admin', headers: bearer(good) },
      403,
      'www-authenticate',
      `Bearer error="insufficient_scope", error_description="${lacking}", scope="admin"`,
    ],
    'nobody, where the handler asks for claims': [{ url: '/in-handler' }, 401, 'www-authenticate', 'Bearer'],
    'introspection in an outage': [{ url: '/sure', headers: bearer(good) }, 503, 'retry-after', '1', true],
    'a login in an outage': [
      { method: 'POST', url: '/login', payload: { subject: 'ada' } },
      503,
      'retry-after',
      '1',
      true,
    ],
    'a log-out in an outage': [
      {
        method: 'POST',
        url: '/leave',
        headers: { 'sec-fetch-site': 'none', cookie: `${names.access}=${good}` },
      },
      503,
      'retry-after',
      '1',
      true,
    ],
    'a log-out with a dead Bearer': [
      { method: 'POST', url: '/leave', headers: bearer(expired) },
      401,
      'www-authenticate',
      invalid('The access token has expired'),
    ],
  }
  return Object.entries(rows)
}

rule('R35: a refusal carries its headers whatever error handler the application has', async (t, world) => {
  const app = await world.start({}, { routes, hasOwnErrors: true })
  for (const [what, [sent, status, name, value, isDown = false]] of await refusals(world, app)) {
    world.store.isDown = isDown
    const answer = await send(app.port, sent)
    t.equal(answer.status, status, what)
    t.equal(answer.headers[name], value, what)
    t.same(Object.keys(answer.json()), ['message'], 'the body is that of the application')
    world.store.isDown = false
  }
})

rule('R35: with the handlers of the frameworks each header is there once', async (t, world) => {
  const app = await world.start({}, { routes })
  for (const [what, [sent, status, name, value, isDown = false]] of await refusals(world, app)) {
    world.store.isDown = isDown
    const answer = await send(app.port, sent)
    t.equal(answer.status, status, what)
    t.equal(answer.headers[name], value, what)
    world.store.isDown = false
  }
})

rule('R35: our client refreshes behind an error handler of the application', async (t, world) => {
  const app = await world.start({}, { hasOwnErrors: true })
  const browser = new Browser(app)
  await browser.login('ada')
  world.clock.advance('11m')
  world.events.length = 0
  // What a page would send, in front of a jar.
  const fetchLike: typeof fetch = async (input, init) => {
    const { method, url, headers, body } = new Request(input, init as RequestInit)
    const payload = body === null ? undefined : await new Response(body).text()
    const answer = await browser.send({
      method,
      url: new URL(url).pathname,
      headers: Object.fromEntries(headers),
      ...(payload !== undefined && { payload }),
    })
    const { status, text } = answer
    const own = Object.entries(answer.headers).map(([name, value]) => [name, `${value}`] as [string, string])
    return new Response(text, { status, headers: own })
  }
  const base = `http://127.0.0.1:${app.port}`
  const client = createClient({ refreshUrl: `${base}/auth/refresh`, fetch: fetchLike })
  const answer = await client.fetch(`${base}/me`)
  t.same([answer.status, await answer.json()], [200, { user: 'ada' }])
  t.same(
    world.events.map(({ type }) => type),
    ['refused', 'refreshed'],
  )
})

rule('R35: they leave only with the status of the refusal', async (t, world) => {
  const status = { is: 200 }
  const app = await world.start(
    {},
    {
      routes: [
        {
          method: 'GET',
          path: '/soft',
          auth: 'optional',
          async handle({ claims, hijack }) {
            try {
              return { body: { user: claims().sub } }
            } catch {
              hijack()
                .writeHead(status.is, [['X-Page', 'sign in']] as never)
                .end()
              return {}
            }
          },
        },
        {
          method: 'GET',
          path: '/other-scheme',
          auth: 'optional',
          handle({ claims, hijack }) {
            try {
              return { body: { user: claims().sub } }
            } catch {
              hijack().writeHead(401, 'Who?', { 'WWW-Authenticate': 'Basic realm="ours"' }).end()
              return {}
            }
          },
        },
      ],
    },
  )
  for (status.is of [200, 302, 403, 503]) {
    const answer = await send(app.port, { url: '/soft' })
    t.same(
      [answer.status, answer.headers['www-authenticate'], answer.headers['x-page']],
      [status.is, undefined, 'sign in'],
    )
  }
  status.is = 401
  t.match((await send(app.port, { url: '/soft' })).headers, {
    'www-authenticate': 'Bearer',
    'x-page': 'sign in',
  })
  t.match((await send(app.port, { url: '/other-scheme' })).headers, {
    'www-authenticate': 'Basic realm="ours", Bearer',
  })
})

const page = 'https://page.example.com'

rule('R35: pages of trusted origins can read them, beside what CORS exposes', async (t, world) => {
  for (const exposed of [undefined, 'X-Total', 'X-Retry-After', 'retry-after, X-Total', '*']) {
    const app = await world.start(
      { trustedOrigins: [page] },
      {
        routes,
        hasOwnErrors: true,
        first: (_request, response) => {
          if (exposed !== undefined) {
            response.setHeader('Access-Control-Expose-Headers', exposed)
          }
        },
      },
    )
    const both = exposed?.startsWith('retry')
      ? [exposed, 'WWW-Authenticate']
      : [exposed, 'WWW-Authenticate', 'Retry-After']
    const expected = both.filter(each => each !== undefined).join(', ')
    const listOf = async (sent: Sent, origin = page) =>
      (await send(app.port, { ...sent, headers: { ...sent.headers, origin } })).headers[
        'access-control-expose-headers'
      ]
    t.equal(await listOf({ url: '/me' }), expected, 'a guard')
    t.equal(await listOf({ method: 'POST', url: '/auth/refresh' }), expected, 'a token route')
    t.equal(
      await listOf({ method: 'GET', url: '/auth/sessions' }),
      expected,
      'a token route that guards itself',
    )
    t.equal(await listOf({ url: '/me' }, 'https://evil.example'), exposed, 'not for others')
    t.equal(await listOf({ url: '/public' }), exposed, 'nothing to explain')
    world.store.isDown = true
    t.equal(
      await listOf({ method: 'POST', url: '/login', payload: { subject: 'ada' } satisfies Grant }),
      expected,
      'a login',
    )
    world.store.isDown = false
  }
})

rule(
  'R35: a challenge of the application that only looks like ours does not displace it',
  async (t, world) => {
    const own = 'Basic realm="for, bearer of cards"'
    const app = await world.start(
      {},
      {
        routes: [
          {
            method: 'GET',
            path: '/basic',
            auth: 'optional',
            handle({ claims, hijack }) {
              try {
                return { body: claims() }
              } catch {
                const response = hijack()
                response.setHeader('WWW-Authenticate', own)
                // As untyped applications do it.
                ;(response as { statusCode: unknown }).statusCode = '401'
                response.end()
                return {}
              }
            },
          },
        ],
      },
    )
    const answer = await send(app.port, { url: '/basic' })
    t.same([answer.status, answer.headers['www-authenticate']], [401, `${own}, Bearer`])
  },
)
