import { randomBytes } from 'node:crypto'
import { createHttpLayer, type HttpLayerOptions } from '@tokenratchet/core/http'
import t from 'tap'

const secret = randomBytes(32).toString('base64url')
const build = (options: object) => createHttpLayer({ secret, ...options } as HttpLayerOptions)

/** What is wrong, and the name that the error must show. */
const refused: [options: object, name: RegExp][] = [
  [{ prefix: '' }, /prefix/],
  [{ prefix: '/' }, /prefix/],
  [{ prefix: 'auth' }, /prefix/],
  [{ prefix: '/auth/' }, /prefix/],
  [{ prefix: '/:tenant' }, /prefix/],
  [{ prefix: '/auth*' }, /prefix/],
  [{ prefix: '//auth' }, /prefix/],
  [{ prefix: '/auth?x' }, /prefix/],
  [{ prefix: null }, /prefix/],
  [{ prefix: ['/auth'] }, /prefix/],
  [{ cookie: null }, /cookie/],
  [{ cookie: true }, /cookie/],
  [{ cookie: { secure: 'auto' } }, /cookie\.secure/],
  [{ cookie: { secure: 0 } }, /cookie\.secure/],
  [{ cookie: { sameSite: 'Lax' } }, /cookie\.sameSite/],
  [{ cookie: { sameSite: true } }, /cookie\.sameSite/],
  [{ cookie: { sameSite: 'toString' } }, /cookie\.sameSite/],
  [{ cookie: { sameSite: 'none', secure: false } }, /cookie\.sameSite.*cookie\.secure/],
  [{ cookie: { sameSite: 'none', partitioned: 'yes' } }, /cookie\.partitioned must be true or false/],
  [{ cookie: { partitioned: true } }, /cookie\.partitioned.*cookie\.sameSite 'none'/],
  [{ cookie: { partitioned: true, sameSite: 'strict' } }, /cookie\.partitioned.*cookie\.sameSite 'none'/],
  [{ cookie: { partitioned: true, sameSite: 'none', secure: false } }, /cookie\.secure/],
  [{ cookie: { domain: 'example.com' } }, /cookie\.domain/],
  [{ cookie: { path: '/app' } }, /cookie\.path/],
  [{ cookie: { httpOnly: false } }, /cookie\.httpOnly/],
  [{ cookie: { namePrefix: '' } }, /cookie\.namePrefix/],
  [{ cookie: { namePrefix: 'x'.repeat(33) } }, /cookie\.namePrefix/],
  [{ cookie: { namePrefix: '__Host-shop' } }, /cookie\.namePrefix/],
  [{ cookie: { namePrefix: '__secure-' } }, /cookie\.namePrefix/],
  [{ cookie: { namePrefix: 'my shop' } }, /cookie\.namePrefix/],
  [{ cookie: { namePrefix: 'shop=' } }, /cookie\.namePrefix/],
  [{ cookie: { namePrefix: 'shop;' } }, /cookie\.namePrefix/],
  [{ cookie: { namePrefix: 'caf\u00e9' } }, /cookie\.namePrefix/],
  [{ cookie: { namePrefix: 'shop\n' } }, /cookie\.namePrefix/],
  [{ cookie: { partitioned: 1 } }, /cookie\.partitioned/],
  [{ cookie: { partitioned: true } }, /cookie\.partitioned.*cookie\.sameSite 'none'/],
  [{ cookie: { partitioned: true, sameSite: 'lax' } }, /cookie\.partitioned.*cookie\.sameSite 'none'/],
  [{ cookie: { partitioned: true, secure: false } }, /cookie\.partitioned.*cookie\.secure/],
  [{ cookie: { partitioned: true, secure: false, sameSite: 'none' } }, /cookie\.sameSite.*cookie\.secure/],
  [{ routes: null }, /routes/],
  [{ routes: false }, /routes/],
  [{ routes: { login: false } }, /routes\.login/],
  [{ routes: { refresh: true } }, /routes\.refresh/],
  [{ routes: { logout: null } }, /routes\.logout/],
  [{ trustedOrigins: 'https://www.example.com' }, /trustedOrigins/],
  [{ trustedOrigins: null }, /trustedOrigins/],
  [{ transports: 'cookie' }, /transports/],
  [{ transport: 'header' }, /transport/],
  [{ transport: null }, /transport/],
  [{ autoRefresh: 1 }, /autoRefresh/],
  [{ autoRefresh: 'true' }, /autoRefresh/],
  [{ autoRefresh: null }, /autoRefresh/],
  [{ autoRefresh: true, recoveryWindow: 0 }, /autoRefresh.*recoveryWindow/],
  [{ autoRefresh: true, recoveryWindow: '0s' }, /autoRefresh.*recoveryWindow/],
  [{ autoRefresh: true, recoveryWindow: '0 days' }, /autoRefresh.*recoveryWindow/],
  [{ autoRefresh: true, recoveryWindow: -1 }, /recoveryWindow/],
]

t.test('R23: an option of HTTP that makes no sense throws a TypeError that names it', async t => {
  for (const [options, name] of refused) {
    t.throws(() => build(options), { name: 'TypeError', message: name }, JSON.stringify(options))
  }
  t.throws(() => createHttpLayer(undefined as unknown as HttpLayerOptions), { name: 'TypeError' })
})

const origins: Record<string, readonly unknown[]> = {
  taken: [
    'https://www.example.com',
    'http://localhost:5173',
    'https://[::1]:8443',
    'https://xn--bcher-kva.example',
  ],
  refused: [
    'https://www.example.com/',
    'https://www.example.com/app',
    'https://WWW.example.com',
    'HTTPS://www.example.com',
    'https://www.example.com:443',
    'https://*.example.com',
    'https://user@www.example.com',
    'https://b\u00fccher.example',
    ' https://www.example.com',
    'www.example.com',
    'https://',
    '*',
    'null',
    '',
    /example\.com$/,
    null,
  ],
}

t.test('R18: trusted origins are exact, and checked at construction', async t => {
  for (const origin of origins['taken'] ?? []) {
    t.doesNotThrow(() => build({ trustedOrigins: [origin] }), `${origin}`)
  }
  for (const origin of origins['refused'] ?? []) {
    t.throws(
      () => build({ trustedOrigins: ['https://good.example', origin] }),
      { name: 'TypeError', message: /trustedOrigins/ },
      `${origin}`,
    )
  }
})

t.test('autoRefresh goes with every recovery, and strict rotation without it', async t => {
  for (const recoveryWindow of [undefined, 1, '30s', '14d']) {
    t.doesNotThrow(() => build({ autoRefresh: true, recoveryWindow }), `${recoveryWindow}`)
  }
  t.doesNotThrow(() => build({ autoRefresh: false, recoveryWindow: 0 }))
  t.doesNotThrow(() => build({ autoRefresh: undefined, recoveryWindow: '0s' }))
})

t.test('options of HTTP that are left undefined have their defaults', async t => {
  const layer = build({ prefix: undefined, cookie: undefined, trustedOrigins: undefined, routes: undefined })
  t.same(
    layer.routes.map(({ name, method, path }) => [name, method, path]),
    [
      ['refresh', 'POST', '/auth/refresh'],
      ['logout', 'POST', '/auth/logout'],
      ['logoutAll', 'POST', '/auth/logout-all'],
      ['revoke', 'POST', '/auth/revoke'],
      ['sessions', 'GET', '/auth/sessions'],
      ['session', 'DELETE', '/auth/sessions'],
    ],
  )
})

t.test('routes are under the prefix, and those that are off are not there', async t => {
  const config = { rateLimit: { max: 5 } }
  const off = { logout: false, logoutAll: false, revoke: false, sessions: false, session: false } as const
  const { routes } = build({ prefix: '/api/v1/session', routes: { ...off, refresh: { config } } })
  t.match(routes, [{ name: 'refresh', path: '/api/v1/session/refresh', config }])
  t.equal(routes.length, 1)
})
