import type { HttpLayerOptions } from '@tokenratchet/core/http'
import { type Answer, send } from './http.js'
import { rule, type World } from './rule.js'

const codes = ({ events }: World): string[] =>
  events.flatMap(event => (event.type === 'config_warning' ? [event.code] : []))

type Headers = Record<string, string>

const login = (port: number, headers: Headers): Promise<Answer> =>
  send(port, { method: 'POST', url: '/login', payload: { subject: 'ada' }, headers })

const refresh = (port: number, headers: Headers): Promise<Answer> =>
  send(port, { method: 'POST', url: '/auth/refresh', headers })

rule('R32: an access token that lives for more than a day is warned of, once', async (t, world) => {
  const app = await world.start({ accessTokenLifetime: '25h' })
  await app.tokens.issue({ subject: 'ada' })
  t.match(world.events, [
    {
      type: 'config_warning',
      code: 'long_access_token_lifetime',
      message: /^accessTokenLifetime is more than a day: .* Use minutes: refreshes keep users logged in/,
    },
    { type: 'issued' },
  ])
  world.events.length = 0
  await world.start({ accessTokenLifetime: '1d' })
  t.same(world.events, [])
})

const chrome =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const safari =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15'
const plain = { origin: 'http://shop.test', host: 'shop.test', 'user-agent': chrome }

rule(
  'R32: a login over plain http, where browsers drop Secure cookies, is warned of, once',
  async (t, world) => {
    const { port } = await world.start()
    t.equal((await login(port, plain)).status, 200)
    t.equal((await login(port, plain)).status, 200)
    await refresh(port, plain)
    t.match(
      world.events.filter(({ type }) => type === 'config_warning'),
      [
        {
          code: 'secure_cookie_over_http',
          message: /Serve the site over https, or set cookie\.secure to false/,
        },
      ],
    )
    t.equal(codes(world).length, 1)
  },
)

rule('R32: a refresh from such a page, which anybody can send, warns of nothing', async (t, world) => {
  const { port } = await world.start()
  t.equal((await refresh(port, plain)).status, 400)
  t.same(codes(world), [])
})

/** Logins that lose no cookie, or whose cookies nobody can tell are lost. */
const silent: Record<string, [headers: Headers, options?: Partial<HttpLayerOptions>]> = {
  'behind a proxy that ends TLS': [{ ...plain, origin: 'https://shop.test' }],
  'behind one that changes the host': [
    { ...plain, origin: 'https://shop.test', host: 'localhost:3000' },
    { trustedOrigins: ['https://shop.test'] },
  ],
  'on localhost': [{ ...plain, origin: 'http://localhost:5173', host: 'localhost:5173' }],
  'below localhost': [{ ...plain, origin: 'http://shop.localhost', host: 'shop.localhost' }],
  'on a loopback address': [{ ...plain, origin: 'http://127.0.0.1:3000', host: '127.0.0.1:3000' }],
  'on that of IPv6': [{ ...plain, origin: 'http://[::1]:3000', host: '[::1]:3000' }],
  'from a page over http, to us over https': [
    { ...plain, 'sec-fetch-site': 'cross-site' },
    { trustedOrigins: ['http://shop.test'] },
  ],
  'from a program': [{ host: 'shop.test', 'user-agent': 'curl/8' }],
  'with cookies that are not Secure': [plain, { cookie: { secure: false } }],
  'with tokens in bodies': [plain, { transport: 'body' }],
}

rule('R32: no other login is warned of', async (t, world) => {
  for (const [what, [headers, options = {}]] of Object.entries(silent)) {
    const { port } = await world.start(options)
    t.equal((await login(port, headers)).status, 200, what)
    await refresh(port, headers)
    t.same(codes(world), [], what)
  }
  const { port } = await world.start()
  t.equal((await login(port, { ...plain, host: 'other.test' })).status, 403)
  t.same(codes(world), [], 'one that is refused')
})

const host = 'localhost:3000'
const onLocalhost = { host, 'user-agent': safari, origin: `http://${host}` }

/** What a browser that kept no cookie asks for next. */
const uses: Record<string, (port: number, headers: Headers) => Promise<Answer>> = {
  'a guarded route': (port, { origin: _, ...headers }) => send(port, { url: '/me', headers }),
  'a route where a user is optional': (port, { origin: _, ...headers }) =>
    send(port, { url: '/maybe', headers }),
  'a refresh': refresh,
  'a log-out': (port, headers) => send(port, { method: 'POST', url: '/auth/logout', headers }),
}

for (const [what, use] of Object.entries(uses)) {
  rule(`R32: Safari drops Secure cookies on localhost: warned of, once, by ${what}`, async (t, world) => {
    const { port } = await world.start()
    for (let round = 0; round < 2; round++) {
      t.equal((await login(port, onLocalhost)).status, 200)
      world.clock.advance(59)
      await use(port, onLocalhost)
    }
    t.match(
      world.events.filter(({ type }) => type === 'config_warning'),
      [
        {
          code: 'secure_cookie_on_localhost',
          message:
            /^Safari has dropped our cookies.* Set cookie\.secure to false in development, or serve https$/,
        },
      ],
    )
    t.equal(codes(world).length, 1)
  })
}

const { 'user-agent': _, ...nobody } = onLocalhost
const { origin: __, ...noOrigin } = onLocalhost
const jsdom = 'Mozilla/5.0 (linux) AppleWebKit/537.36 (KHTML, like Gecko) jsdom/26.1.0'

/** A login, and the request after it, from which nothing follows. */
const unsuspicious: Record<string, [login: Headers, use: Headers, options?: Partial<HttpLayerOptions>]> = {
  Chrome: [
    { ...onLocalhost, 'user-agent': chrome },
    { host, 'user-agent': chrome },
  ],
  curl: [
    { ...noOrigin, 'user-agent': 'curl/8' },
    { host, 'user-agent': 'curl/8' },
  ],
  jsdom: [
    { ...onLocalhost, 'user-agent': jsdom },
    { host, 'user-agent': jsdom },
  ],
  'a test without headers': [{ host }, { host }],
  'a test without a user agent': [nobody, { host }],
  'a login without Origin': [{ ...noOrigin }, { host, 'user-agent': safari }],
  'https in front': [
    { ...onLocalhost, origin: `https://${host}` },
    { host, 'user-agent': safari },
  ],
  'another browser': [onLocalhost, { host, 'user-agent': chrome }],
  'a cookie of its own': [onLocalhost, { host, 'user-agent': safari, cookie: 'theme=dark' }],
  'a Bearer token': [onLocalhost, { host, 'user-agent': safari, authorization: 'Bearer x' }],
  'another host': [onLocalhost, { host: 'shop.test', 'user-agent': safari }],
  'cookies that are not Secure': [onLocalhost, { host, 'user-agent': safari }, { cookie: { secure: false } }],
}

rule('R32: nothing is warned of that other browsers do, and programs, and tests', async (t, world) => {
  for (const [what, [first, second, options]] of Object.entries(unsuspicious)) {
    const { port } = await world.start(options)
    t.equal((await login(port, first)).status, 200, what)
    for (const url of ['/me', '/maybe']) {
      await send(port, { url, headers: second })
    }
    t.same(codes(world), [], what)
  }
})

rule('R32: nor what Safari does that kept its cookies, signs out, or comes back later', async (t, world) => {
  const { port } = await world.start()
  const use = { host, 'user-agent': safari }
  const { cookies } = await login(port, onLocalhost)
  const cookie = cookies.map(line => line.split(';', 1)[0]).join('; ')
  t.equal((await send(port, { url: '/me', headers: { ...use, cookie } })).status, 200)
  await send(port, { url: '/me', headers: use })
  t.same(codes(world), [], 'after a request that brought them')
  await login(port, onLocalhost)
  await send(port, { method: 'POST', url: '/auth/logout', headers: { ...onLocalhost, cookie } })
  await send(port, { url: '/me', headers: use })
  t.same(codes(world), [], 'after a log-out')
  await login(port, onLocalhost)
  world.clock.advance(60)
  await send(port, { url: '/me', headers: use })
  t.same(codes(world), [], 'after a minute')
})
