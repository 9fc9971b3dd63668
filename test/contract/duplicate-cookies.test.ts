// Several cookies of one of our names: a browser that ignores the `__Host-` prefix lets a sibling plant them.
import type { Test } from 'tap'
import type { RunningApp } from './app.js'
import { type Answer, Browser, names, type Sent, send } from './http.js'
import { cleared } from './logouts.js'
import { beforeTheStore, rule, stateOf, type World } from './rule.js'

type Pair = readonly [name: string, value: string]

/** The cookies of a browser that has just signed in. */
async function pairsOf(app: RunningApp, subject: string): Promise<{ access: Pair; refresh: Pair }> {
  const { accessToken, refreshToken } = await app.tokens.issue({ subject })
  return { access: [names.access, accessToken], refresh: [names.refresh, refreshToken] }
}

/** The user's own cookies, and what a sibling may have planted beside them. */
interface Jar {
  readonly own: readonly Pair[]
  readonly planted: readonly Pair[]
}

const garbage: readonly Pair[] = [
  [names.access, 'garbage'],
  [names.access, ''],
  [names.access, 'e30.e30.e30'],
  [names.refresh, 'garbage'],
  [names.refresh, 'A'.repeat(100)],
]

/** Both orders: a sibling decides by the path of its cookie whether it comes first. */
const orders = ({ own, planted }: Jar): readonly (readonly Pair[])[] => [
  [...own, ...planted],
  [...planted, ...own],
]

function ask({ port }: RunningApp, pairs: readonly Pair[], sent: Sent): Promise<Answer> {
  const cookie = pairs.map(pair => pair.join('=')).join('; ')
  return send(port, { ...sent, headers: { cookie, 'sec-fetch-site': 'same-origin', ...sent.headers } })
}

const duplicate = { type: 'refused', credential: 'cookie', reason: 'duplicate' }

const nobody: readonly [sent: Sent, status: number, answer: object][] = [
  [{ url: '/me' }, 401, { code: 'ERR_ACCESS_TOKEN_MISSING' }],
  [{ method: 'POST', url: '/me' }, 401, { code: 'ERR_ACCESS_TOKEN_MISSING' }],
  [{ url: '/maybe' }, 200, { user: null }],
  [{ method: 'POST', url: '/auth/refresh' }, 400, { error: 'invalid_request' }],
  [
    { method: 'POST', url: '/auth/refresh', payload: { if_stale: 'true' } },
    400,
    { error: 'invalid_request' },
  ],
  [{ url: '/auth/sessions' }, 401, { error_description: 'An access token is required' }],
  [{ method: 'DELETE', url: '/auth/sessions/x' }, 401, {}],
  [{ method: 'POST', url: '/auth/logout-all' }, 401, {}],
]

/** Nobody is seen, the operator is told once for each request, and nothing changes. */
async function isNobody(t: Test, world: World, app: RunningApp, jar: Jar, what: string): Promise<void> {
  const before = await stateOf(app, 'ada', 'mallory')
  for (const pairs of orders(jar)) {
    for (const [sent, status, body] of nobody) {
      world.events.length = 0
      const answer = await ask(app, pairs, sent)
      const label = `${what}: ${sent.method ?? 'GET'} ${sent.url}`
      t.equal(answer.status, status, label)
      t.match(answer.json(), body, label)
      t.equal(answer.headers['www-authenticate'], status === 401 ? 'Bearer' : undefined)
      t.same(answer.cookies, [])
      t.strictSame(world.events, [duplicate], `${label}: one event`)
    }
  }
  t.same(await stateOf(app, 'ada', 'mallory'), before)
}

rule('R17: garbage that is planted beside genuine cookies locks nobody out', async (t, world) => {
  const app = await world.start()
  for (const planted of [...garbage.map(pair => [pair]), garbage, [...garbage, ...garbage]]) {
    const { access, refresh } = await pairsOf(app, 'ada')
    world.clock.advance(1)
    world.events.length = 0
    for (const pairs of orders({ own: [access, refresh], planted })) {
      const what = planted.map(([, value]) => value).join()
      t.same((await ask(app, pairs, { url: '/me' })).json(), { user: 'ada' }, what)
      t.same((await ask(app, pairs, { method: 'POST', url: '/me' })).json(), { user: 'ada' }, what)
      t.same((await ask(app, pairs, { url: '/maybe' })).json(), { user: 'ada' }, what)
      t.equal((await ask(app, pairs, { url: '/auth/sessions' })).status, 200, what)
      const fresh = { method: 'POST', url: '/auth/refresh', payload: { if_stale: 'true' } }
      t.strictSame((await ask(app, pairs, fresh)).json(), { expires_in: 599 }, what)
      t.same(world.events, [])
      const refreshed = await ask(app, pairs, { method: 'POST', url: '/auth/refresh' })
      t.match([refreshed.status, refreshed.cookies.length], [200, 2], what)
      world.events.length = 0
    }
    const everywhere = { method: 'POST', url: '/auth/logout-all' }
    t.equal((await ask(app, [...planted, access, refresh], everywhere)).status, 204)
    t.same(await stateOf(app, 'ada'), [])
  }
})

rule(
  'R17: genuine cookies of two sessions are nobody, and one event for each request',
  async (t, world) => {
    const app = await world.start()
    const ada = await pairsOf(app, 'ada')
    const mallory = await pairsOf(app, 'mallory')
    const jars: Record<string, Jar> = {
      both: { own: [ada.access, ada.refresh], planted: [mallory.access, mallory.refresh] },
      'the access cookie': { own: [ada.access, ada.refresh], planted: [mallory.access] },
      'the refresh cookie': { own: [ada.access, ada.refresh], planted: [mallory.refresh] },
      'both, and garbage': {
        own: [ada.access, ada.refresh],
        planted: [mallory.access, mallory.refresh, ...garbage],
      },
      'both, and only the refresh cookie is left of the user': {
        own: [ada.refresh],
        planted: [mallory.access, mallory.refresh],
      },
      'garbage, and an access cookie where the user has none': {
        own: [ada.refresh],
        planted: [mallory.access, [names.access, 'garbage']],
      },
    }
    for (const [what, jar] of Object.entries(jars)) {
      await isNobody(t, world, app, jar, what)
    }
    await app.tokens.revoke({ token: ada.refresh[1] })
    await isNobody(t, world, app, jars['both'] as Jar, 'and the session of the user has ended')
  },
  beforeTheStore,
)

rule(
  'R17: a live token of an attacker never takes the place of an expired one',
  async (t, world) => {
    const app = await world.start()
    const ada = await pairsOf(app, 'ada')
    world.clock.advance('11m')
    const mallory = await pairsOf(app, 'mallory')
    for (const planted of [[mallory.access], [mallory.access, mallory.refresh]]) {
      await isNobody(t, world, app, { own: [ada.access, ada.refresh], planted }, `${planted.length} planted`)
    }
    await isNobody(t, world, app, { own: [ada.access], planted: [mallory.access] }, 'without refresh cookies')
  },
  beforeTheStore,
)

rule('R17: of several cookies of one session the newest counts', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('ada')
  const old = [...browser.cookies]
  world.clock.advance('11m')
  t.equal((await browser.post('/auth/refresh')).status, 200)
  world.clock.advance('11m')
  // As a jar that keeps the old cookies apart, such as those without a partition.
  for (let round = 1; round <= 3; round++) {
    for (const pairs of orders({ own: [...browser.cookies], planted: old })) {
      const refreshed = await ask(app, pairs, { method: 'POST', url: '/auth/refresh' })
      t.equal(refreshed.status, 200, `round ${round}`)
      for (const line of refreshed.cookies) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        browser.cookies.set(name, value)
      }
      const now = orders({ own: [...browser.cookies], planted: old })
      for (const each of now) {
        t.same((await ask(app, each, { url: '/me' })).json(), { user: 'ada' })
      }
      world.clock.advance('11m')
    }
  }
  t.equal((await stateOf(app, 'ada')).length, 1)
  t.notOk(world.events.some(({ type }) => type === 'reused'))
  t.notMatch(world.events, [duplicate])
})

rule(
  'R17: a refresh token of a body counts for nothing beside the one of a cookie (R7)',
  async (t, world) => {
    const app = await world.start()
    const ada = await pairsOf(app, 'ada')
    const { refreshToken } = await app.tokens.issue({ subject: 'mallory', transport: 'body' })
    for (const pairs of orders({
      own: [ada.access, ada.refresh],
      planted: [[names.refresh, refreshToken]],
    })) {
      t.same((await ask(app, pairs, { url: '/me' })).json(), { user: 'ada' })
      t.equal((await ask(app, pairs, { method: 'POST', url: '/auth/refresh' })).status, 200)
    }
  },
)

for (const url of ['/auth/logout', '/leave']) {
  rule(`R11, R17: ${url} ends the sessions of all genuine cookies`, async (t, world) => {
    const app = await world.start()
    const rows: Record<string, [theirs: boolean, events: readonly object[]]> = {
      garbage: [false, [{ type: 'revoked' }]],
      'a session of their own': [true, [duplicate, { type: 'revoked' }, { type: 'revoked' }]],
    }
    for (const [what, [theirs, events]] of Object.entries(rows)) {
      for (const turn of [0, 1]) {
        const ada = await pairsOf(app, 'ada')
        const mallory = await pairsOf(app, 'mallory')
        const planted = theirs ? [mallory.access, mallory.refresh] : garbage
        const pairs = orders({ own: [ada.access, ada.refresh], planted })[turn] ?? []
        world.events.length = 0
        const answer = await ask(app, pairs, { method: 'POST', url })
        t.ok(answer.status < 300, what)
        t.same(answer.cookies, cleared)
        t.match(world.events, events, what)
        t.equal(world.events.length, events.length)
        t.equal((await ask(app, [ada.access], { url: '/me' })).status, 401)
        t.equal((await stateOf(app, 'ada')).length, 0)
        t.equal((await stateOf(app, 'mallory')).length, theirs ? 0 : 1)
        await app.tokens.revokeAll('mallory')
      }
    }
  })
}

rule('R11, R17: a login ends the sessions of all genuine refresh cookies', async (t, world) => {
  const app = await world.start()
  for (const subject of ['ada', 'mallory', 'grace']) {
    const ada = await pairsOf(app, 'ada')
    const tablet = await pairsOf(app, 'ada')
    const mallory = await pairsOf(app, 'mallory')
    world.events.length = 0
    const pairs = [
      [names.refresh, 'garbage'] as const,
      ada.refresh,
      mallory.refresh,
      tablet.refresh,
      ada.access,
    ]
    const answer = await ask(app, pairs, { method: 'POST', url: '/login', payload: { subject } })
    t.match([answer.status, answer.cookies.length], [200, 2], subject)
    t.equal((await stateOf(app, 'ada', 'mallory', 'grace')).length, 1)
    t.same(
      world.events.map(({ type }) => type),
      ['revoked', 'revoked', 'revoked', 'issued'],
      'each session ends once',
    )
    t.equal((await ask(app, [ada.access], { url: '/me' })).status, 401)
    await app.tokens.revokeAll(subject)
  }
})

rule('R17: autoRefresh goes by the same cookies, and emits one event', async (t, world) => {
  const app = await world.start({ autoRefresh: true })
  const ada = await pairsOf(app, 'ada')
  const mallory = await pairsOf(app, 'mallory')
  world.clock.advance('11m')
  world.events.length = 0
  for (const url of ['/me', '/maybe']) {
    for (const pairs of orders({ own: [ada.access, ada.refresh], planted: garbage })) {
      const answer = await ask(app, pairs, { url })
      t.match([answer.status, answer.json(), answer.cookies.length], [200, { user: 'ada' }, 2], url)
    }
  }
  t.match(world.events, Array(4).fill({ type: /refreshed|reissued/ }))
  t.equal(world.events.length, 4)
  for (const planted of [[mallory.refresh], [mallory.access], [mallory.access, mallory.refresh]]) {
    for (const pairs of orders({ own: [ada.access, ada.refresh], planted })) {
      for (const [url, status] of [
        ['/me', 401],
        ['/maybe', 200],
      ] as const) {
        world.events.length = 0
        const answer = await ask(app, pairs, { url })
        t.match([answer.status, answer.cookies.length], [status, 0], url)
        t.strictSame(world.events, [duplicate])
      }
    }
  }
})

rule('R15, R17: beside a Bearer token duplicated cookies are nothing', async (t, world) => {
  const app = await world.start()
  const ada = await pairsOf(app, 'ada')
  const mallory = await pairsOf(app, 'mallory')
  world.events.length = 0
  const headers = { authorization: `Bearer ${ada.access[1]}` }
  const answer = await ask(app, [ada.access, mallory.access], { url: '/me', headers })
  t.same(answer.json(), { user: 'ada' })
  t.same(world.events, [])
})

rule('R17: of more than sixteen different cookies of one name none counts', async (t, world) => {
  const app = await world.start()
  const ada = await pairsOf(app, 'ada')
  const own = [ada.access, ada.refresh]
  for (const name of [names.access, names.refresh]) {
    const planted = Array.from({ length: 16 }, (_, index): Pair => [name, `${index}`])
    await isNobody(t, world, app, { own, planted }, name)
    for (const pairs of orders({ own, planted: [...planted.slice(1), ...planted.slice(1)] })) {
      t.same((await ask(app, pairs, { url: '/me' })).json(), { user: 'ada' }, 'sixteen, each of them twice')
      t.equal((await ask(app, pairs, { method: 'POST', url: '/auth/refresh' })).status, 200)
    }
    const left = await ask(app, [...own, ...planted], { method: 'POST', url: '/auth/logout' })
    t.match([left.status, left.cookies], [204, cleared], 'the user may leave, though no session ends')
  }
})
