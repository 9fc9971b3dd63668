import { randomBytes } from 'node:crypto'
import { TokenError, type TokenEvent } from '@tokenratchet/core'
import { createHttpLayer, type HttpRequest } from '@tokenratchet/core/http'
import { fakeClock, signIn } from '@tokenratchet/core/testing'
import t from 'tap'
import { answer, guard, leave, login, newResponse } from './ask.js'

const clock = fakeClock()
const events: TokenEvent[] = []
const layer = createHttpLayer({
  secret: randomBytes(32).toString('base64url'),
  now: clock.now,
  onEvent: event => void events.push(event),
  trustedOrigins: ['https://www.example.com', 'http://localhost:5173'],
})
const host = 'app.example.com'
type Headers = Record<string, string>

/** Browsers of this decade say where a request comes from; nothing else is asked then, but who is trusted. */
const fetchSite: Record<string, [headers: Headers, passes: boolean]> = {
  'same-origin': [{ 'sec-fetch-site': 'same-origin' }, true],
  'none: typed by the user': [{ 'sec-fetch-site': 'none' }, true],
  'same-origin with an opaque Origin': [{ 'sec-fetch-site': 'same-origin', origin: 'null' }, true],
  'none with an opaque Origin': [{ 'sec-fetch-site': 'none', origin: 'null' }, true],
  'same-site': [{ 'sec-fetch-site': 'same-site' }, false],
  'cross-site': [{ 'sec-fetch-site': 'cross-site' }, false],
  'same-site, though Origin names the host': [
    { 'sec-fetch-site': 'same-site', origin: `https://${host}` },
    false,
  ],
  'cross-site, though Origin names the host': [
    { 'sec-fetch-site': 'cross-site', origin: `https://${host}` },
    false,
  ],
  'cross-site with the custom header': [
    { 'sec-fetch-site': 'cross-site', 'x-requested-with': 'fetch' },
    false,
  ],
  'cross-site with JSON': [{ 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' }, false],
  'cross-site with an opaque Origin': [{ 'sec-fetch-site': 'cross-site', origin: 'null' }, false],
  'joined duplicates': [{ 'sec-fetch-site': 'same-origin, same-origin' }, false],
  'joined duplicates, one of them good': [{ 'sec-fetch-site': 'none, cross-site' }, false],
  'an empty value': [{ 'sec-fetch-site': '' }, false],
  'an empty value with the custom header': [{ 'sec-fetch-site': '', 'x-requested-with': 'fetch' }, false],
  'other letters': [{ 'sec-fetch-site': 'Same-Origin' }, false],
  'an unknown value': [{ 'sec-fetch-site': 'same-party' }, false],
}

const origin: Record<string, [headers: Headers, passes: boolean]> = {
  'the host': [{ origin: `https://${host}` }, true],
  'the host over another scheme': [{ origin: `http://${host}` }, true],
  'the host in upper case': [{ origin: `https://${host}`, host: 'APP.Example.COM' }, true],
  'upper case itself': [{ origin: 'https://APP.Example.COM' }, true],
  'the host with its default port': [{ origin: `https://${host}`, host: `${host}:443` }, true],
  'the default port itself': [{ origin: `http://${host}:80` }, true],
  'the host with an unusual port': [{ origin: `http://${host}:8080`, host: `${host}:8080` }, true],
  'an IPv6 host': [{ origin: 'http://[::1]:3000', host: '[::1]:3000' }, true],
  'the :authority of HTTP/2': [{ origin: 'https://api.example.com', ':authority': 'api.example.com' }, true],
  'the host, with JSON': [{ origin: `https://${host}`, 'content-type': 'application/json' }, true],
  'a trusted origin': [{ origin: 'https://www.example.com' }, true],
  'a trusted origin of the same site': [
    { origin: 'https://www.example.com', 'sec-fetch-site': 'same-site' },
    true,
  ],
  'a trusted origin of another site': [
    { origin: 'http://localhost:5173', 'sec-fetch-site': 'cross-site' },
    true,
  ],
  'another port than the host’s': [{ origin: `https://${host}:8443` }, false],
  'no port, and the host has one': [{ origin: `https://${host}`, host: `${host}:8443` }, false],
  'the default port of another scheme': [{ origin: `https://${host}`, host: `${host}:80` }, false],
  'a host below': [{ origin: `https://evil.${host}` }, false],
  'a host above': [{ origin: 'https://example.com' }, false],
  'the host as a beginning': [{ origin: `https://${host}.evil.test` }, false],
  'the host as an end': [{ origin: `https://evil${host}` }, false],
  'the host as a user': [{ origin: `https://${host}@evil.test` }, false],
  'the host, not the :authority': [{ origin: `https://${host}`, ':authority': 'api.example.com' }, false],
  'an opaque origin': [{ origin: 'null' }, false],
  'an opaque origin with the custom header': [{ origin: 'null', 'x-requested-with': 'fetch' }, false],
  'nothing, in the header': [{ origin: '' }, false],
  'nothing, with JSON': [{ origin: '', 'content-type': 'application/json' }, false],
  'a host without a scheme': [{ origin: host }, false],
  'no URL': [{ origin: 'https://' }, false],
  'two, joined': [{ origin: `https://${host}, https://${host}` }, false],
  'a trusted origin over another scheme': [{ origin: 'http://www.example.com' }, false],
  'a trusted origin with another port': [{ origin: 'http://localhost:5174' }, false],
  'a trusted origin in upper case': [{ origin: 'https://WWW.example.com' }, false],
  'a trusted origin with a path': [{ origin: 'https://www.example.com/' }, false],
  'an untrusted one, with the custom header': [
    { origin: 'https://evil.test', 'x-requested-with': 'x' },
    false,
  ],
  'a word for no host': [{ origin: 'https://undefined', host: '' }, false],
}

/** Neither header: no browser of this decade, or a form of an old one, which can't send these. */
const neither: Record<string, [headers: Headers, passes: boolean]> = {
  nothing: [{}, false],
  'the custom header': [{ 'x-requested-with': 'XMLHttpRequest' }, true],
  'the custom header, with a form': [{ 'x-requested-with': 'x', 'content-type': 'text/plain' }, true],
  'the custom header, empty': [{ 'x-requested-with': '' }, false],
  JSON: [{ 'content-type': 'application/json' }, true],
  'JSON with a charset': [{ 'content-type': 'application/json; charset=utf-8' }, true],
  'JSON in upper case': [{ 'content-type': 'Application/JSON' }, true],
  'JSON as a parameter': [{ 'content-type': 'text/plain; application/json' }, false],
  'JSON in a list': [{ 'content-type': 'application/json, text/plain' }, false],
  'nearly JSON': [{ 'content-type': 'application/jsonp' }, false],
  'text for JSON': [{ 'content-type': 'text/json' }, false],
  'plain text': [{ 'content-type': 'text/plain' }, false],
  'a form': [{ 'content-type': 'application/x-www-form-urlencoded' }, false],
  'a form with files': [{ 'content-type': 'multipart/form-data; boundary=application/json' }, false],
}

const [refresh, logout] = layer.routes

/** What a cookie can be used for, and the status of the answer. */
const uses: Record<string, { succeeds: number; use(request: HttpRequest): Promise<number | undefined> }> = {
  refresh: { succeeds: 200, use: async request => (await answer(refresh, request))?.status },
  logout: { succeeds: 204, use: async request => (await answer(logout, request))?.status },
  login: {
    succeeds: 200,
    use: request => login(layer, request, { subject: 'eve' }).then(() => 200, status),
  },
  'log-out of one’s own': {
    succeeds: 200,
    use: request => leave(layer, request).then(() => 200, status),
  },
  'a guarded route': {
    succeeds: 200,
    use: async request => {
      try {
        return guard(layer, request) === null ? undefined : 200
      } catch (error) {
        return status(error)
      }
    },
  },
}

function status(error: unknown): number {
  if (error instanceof TokenError) {
    return error.status
  }
  throw error
}

for (const [name, { succeeds, use }] of Object.entries(uses)) {
  for (const [kind, table] of Object.entries({ 'Sec-Fetch-Site': fetchSite, Origin: origin, neither })) {
    t.test(`R18: cross-origin rule for ${name}: ${kind}`, async t => {
      for (const [what, [headers, passes]] of Object.entries(table)) {
        const {
          headers: { cookie },
        } = await signIn(layer.tokens, { subject: 'ada' })
        const before = await layer.tokens.sessions('ada')
        clock.advance(1)
        events.length = 0
        t.equal(
          await use({ method: 'POST', headers: { host, cookie, ...headers } }),
          passes ? succeeds : 403,
          what,
        )
        if (!passes) {
          const asked = headers[':authority'] ?? headers['host'] ?? host
          const from = headers['origin'] === undefined ? {} : { origin: headers['origin'] }
          const event = {
            type: 'refused',
            credential: 'cookie',
            reason: 'forbidden_origin',
            ...from,
            host: asked,
          }
          t.strictSame(events, [event], 'one event')
          t.same(await layer.tokens.sessions('ada'), before, 'nothing has changed')
        }
      }
    })
  }
}

t.test('R36: the extended CONNECT of HTTP/2 is a handshake', async t => {
  const { headers: own } = await signIn(layer.tokens, { subject: 'ada' })
  const { cookie } = own
  const ask = (headers: Headers): number => {
    const all = { ':authority': host, ':protocol': 'websocket', cookie, ...headers }
    try {
      return guard(layer, { method: 'CONNECT', headers: all }) === null ? 0 : 200
    } catch (error) {
      return status(error)
    }
  }
  t.equal(ask({}), 200, 'no browser')
  t.equal(ask({ origin: `https://${host}` }), 200)
  t.equal(ask({ origin: 'https://www.example.com' }), 200, 'a trusted origin')
  t.equal(ask({ origin: 'https://evil.test' }), 403)
  t.equal(ask({ 'sec-fetch-site': 'same-site' }), 403)
})

t.test('a handshake refreshes nothing, as its response carries no cookies', async t => {
  const clock = fakeClock()
  const layer = createHttpLayer({
    secret: randomBytes(32).toString('base64url'),
    now: clock.now,
    autoRefresh: true,
  })
  const { refreshToken } = await layer.tokens.issue({ subject: 'ada' })
  const headers = { host, upgrade: 'websocket', cookie: `__Host-refresh_token=${refreshToken}` }
  const ask = (origin: string) =>
    new Promise(resolve =>
      layer.identify({ method: 'GET', headers: { ...headers, origin } }, newResponse(), true, (error, user) =>
        resolve(error === undefined ? user?.sub : status(error)),
      ),
    )
  t.equal(await ask('https://evil.test'), 401)
  t.equal(await ask(`https://${host}`), 401)
  t.same(
    await layer.tokens.refresh(refreshToken).then(({ sid }) => typeof sid),
    'string',
    'it is good as ever',
  )
})
