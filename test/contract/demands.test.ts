// Routes that ask for more than a valid access token.
import type { AppRoute } from './app.js'
import { Browser, send } from './http.js'
import { rule } from './rule.js'

const guarded = (path: string, auth: NonNullable<AppRoute['auth']>): AppRoute => ({
  method: 'GET',
  path,
  auth,
  handle: ({ user }) => ({ body: { user: user?.sub ?? null } }),
})

const routes = [
  guarded('/all', { scope: 'read write' }),
  guarded('/any', { anyScope: 'write admin' }),
  guarded('/both', { scope: 'read', anyScope: 'write admin' }),
  guarded('/none', true),
]

const challenge = (scope: string): string =>
  `Bearer error="insufficient_scope", error_description="The access token lacks a scope that this route requires", scope="${scope}"`

rule(
  'R14: a scope that is lacking is 403 insufficient_scope, with the scope that would do',
  async (t, world) => {
    const app = await world.start({}, { routes })
    const rows: [scope: string | undefined, all: boolean, any: boolean, both: boolean][] = [
      [undefined, false, false, false],
      ['read', false, false, false],
      ['read write', true, true, true],
      ['write', false, true, false],
      ['admin read', false, true, true],
      ['reads writes', false, false, false],
    ]
    for (const [scope, ...expected] of rows) {
      const { accessToken } = await app.tokens.issue({ subject: 'ada', scope, transport: 'body' })
      const headers = { authorization: `Bearer ${accessToken}` }
      for (const [index, [url, wanted]] of [
        ['/all', 'read write'],
        ['/any', 'write admin'],
        ['/both', 'read write admin'],
      ].entries()) {
        const answer = await send(app.port, { url: `${url}`, headers })
        t.equal(answer.status, expected[index] ? 200 : 403, `${scope} at ${url}`)
        t.equal(answer.headers['www-authenticate'], expected[index] ? undefined : challenge(`${wanted}`))
        if (!expected[index]) {
          t.match(answer.json(), { code: 'ERR_INSUFFICIENT_SCOPE', statusCode: 403 })
          t.match(world.events.at(-1), { type: 'refused', credential: 'access_token', reason: 'scope' })
        }
      }
      t.equal((await send(app.port, { url: '/none', headers })).status, 200)
    }
    t.equal((await send(app.port, { url: '/all' })).status, 401, 'nobody is asked to log in first')
  },
)

rule('R4: an access token that was narrowed at a refresh has only that scope', async (t, world) => {
  const app = await world.start({}, { routes })
  const browser = new Browser(app)
  await browser.post('/login', { subject: 'ada', scope: 'read write' })
  t.equal((await browser.get('/all')).status, 200)
  await browser.post('/auth/refresh', { scope: 'read' })
  t.equal((await browser.get('/all')).status, 403)
  await browser.post('/auth/refresh')
  t.equal((await browser.get('/all')).status, 200)
})

rule('introspect asks the store: a session that ended elsewhere is refused at once', async (t, world) => {
  const routes = [
    guarded('/fresh', { introspect: true }),
    guarded('/scoped', { introspect: true, scope: 'admin' }),
  ]
  const app = await world.start({}, { routes })
  const browser = new Browser(app)
  await browser.login('ada')
  t.same((await browser.get('/fresh')).json(), { user: 'ada' })
  t.equal((await browser.get('/scoped')).status, 403)
  t.equal((await send(app.port, { url: '/fresh' })).status, 401)

  const [session] = await app.tokens.sessions('ada')
  const { subjectHash } = (await world.store.revokedSince()).revoked[0] ?? { subjectHash: '' }
  t.equal(subjectHash, '', 'nothing has been revoked yet')
  await endElsewhere(world, session?.sid ?? '')
  t.equal((await browser.get('/me')).status, 200, 'nothing asks the store here')
  const answer = await browser.get('/fresh')
  t.equal(answer.status, 401)
  t.match(answer.headers['www-authenticate'], /revoked/)
})

rule('R26: introspect is 503 while the store is down, and other guards go on', async (t, world) => {
  const app = await world.start({}, { routes: [guarded('/fresh', { introspect: true })] })
  const browser = new Browser(app)
  await browser.login('ada')
  world.store.isDown = true
  t.equal((await browser.get('/me')).status, 200)
  const answer = await browser.get('/fresh')
  t.equal(answer.status, 503)
  t.equal(answer.headers['retry-after'], '1')
  t.match(answer.json(), { code: 'ERR_STORE_UNAVAILABLE' })
})

/** As another process does, of whose feed this one has not heard yet. */
async function endElsewhere(
  { store }: Parameters<Parameters<typeof rule>[1]>[1],
  sid: string,
): Promise<void> {
  const { createHash } = await import('node:crypto')
  const subjectHash = createHash('sha256').update('ada').digest().toString('base64url', 0, 16)
  await store.delete({ subjectHash, sid }, { keepFor: 900 })
}
