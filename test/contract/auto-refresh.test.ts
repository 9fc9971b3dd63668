// autoRefresh: who is refreshed, who is not, and what is said of it.
import { both, expire, setNames, startExpired, typesOf } from './expired.js'
import { Browser, names, send } from './http.js'
import { rule, stateOf } from './rule.js'

rule('autoRefresh: an expired session goes on, in one request and with two new cookies', async (t, world) => {
  const { app, browser } = await startExpired(world)
  const [session] = await stateOf(app, 'ada')
  for (const url of ['/me', '/maybe', '/me']) {
    const answer = await browser.get(url)
    t.match([answer.status, answer.json()], [200, { user: 'ada' }], url)
    t.same(setNames(answer), both)
    t.match(answer.cookies, [
      /; Path=\/; HttpOnly; Secure; SameSite=Lax; Priority=High$/,
      /; HttpOnly; Secure; /,
    ])
    t.equal(answer.headers['cache-control'], 'no-store', 'R2: no cache keeps it')
    t.same(typesOf(world), ['refreshed'], 'R32: one event')
    const next = await browser.get(url)
    t.same([next.status, next.cookies, next.headers['cache-control']], [200, [], undefined])
    t.same(typesOf(world), ['refreshed'])
    expire(world)
  }
  t.match(await stateOf(app, 'ada'), [{ sid: session?.sid }], 'one session')
})

rule('autoRefresh: without the option nobody is refreshed', async (t, world) => {
  const { browser } = await startExpired(world, [], { autoRefresh: false })
  const answer = await browser.get('/me')
  t.match([answer.status, answer.json()], [401, { code: 'ERR_ACCESS_TOKEN_EXPIRED' }])
  t.same(answer.cookies, [])
  t.same(typesOf(world), ['access_token expired'])
})

rule(
  'autoRefresh: a cookie that is missing, or of a key that has left the ring, is refreshed too',
  async (t, world) => {
    const { browser } = await startExpired(world)
    for (const [what, value] of Object.entries({ missing: '', garbage: 'x', forged: 'e30.e30.e30' })) {
      const tab = browser.copy()
      tab.cookies.set(names.access, value)
      const answer = await tab.get('/me')
      t.match([answer.status, setNames(answer)], [200, both], what)
    }
  },
)

rule('autoRefresh: a session that was revoked stays out, and its cookies as they are', async (t, world) => {
  const { app, browser } = await startExpired(world)
  await browser.get('/me')
  const [session] = await stateOf(app, 'ada')
  await app.tokens.revoke({ subject: 'ada', sid: session?.sid ?? '' })
  world.events.length = 0
  const alive = await browser.get('/me')
  t.match([alive.status, alive.json()], [401, { code: 'ERR_ACCESS_TOKEN_REVOKED' }])
  t.same((await browser.get('/maybe')).json(), { user: null })
  t.same(typesOf(world), ['access_token revoked', 'access_token revoked'])
  expire(world)
  const dead = await browser.get('/me')
  t.match([dead.status, dead.json()], [401, { code: 'ERR_ACCESS_TOKEN_EXPIRED' }])
  t.same(typesOf(world), ['refresh_token revoked'], 'R32: one event')
  t.same([...alive.cookies, ...dead.cookies], [])
})

rule('autoRefresh: a refresh that is refused is the 401 of the guard, or nobody', async (t, world) => {
  const { app } = await startExpired(world)
  const refused: Record<string, [cookies: [string, string][], code: string, event: string]> = {
    'no access token': [[[names.refresh, 'garbage']], 'ERR_ACCESS_TOKEN_MISSING', 'refresh_token invalid'],
    'no good one': [
      [
        [names.access, 'garbage'],
        [names.refresh, 'garbage'],
      ],
      'ERR_ACCESS_TOKEN_INVALID',
      'refresh_token invalid',
    ],
    'the token of another transport': [
      [[names.refresh, (await app.tokens.issue({ subject: 'eve', transport: 'body' })).refreshToken]],
      'ERR_ACCESS_TOKEN_MISSING',
      'refresh_token transport',
    ],
  }
  for (const [what, [cookies, code, event]] of Object.entries(refused)) {
    world.events.length = 0
    const browser = new Browser(app, cookies)
    const answer = await browser.get('/me')
    t.match([answer.status, answer.json()], [401, { code }], what)
    t.match(answer.headers['www-authenticate'], /^Bearer/)
    t.same([answer.cookies, answer.headers['cache-control']], [[], undefined], 'R13')
    const optional = await browser.get('/maybe')
    t.same([optional.status, optional.json(), optional.cookies], [200, { user: null }, []])
    t.same(typesOf(world), [event, event], 'R32: one event for each')
  }
})

rule('R15: beside a Bearer token no cookie is refreshed', async (t, world) => {
  const { app, browser } = await startExpired(world)
  const before = await stateOf(app, 'ada')
  const { cookie } = browser
  for (const [authorization, status] of [
    ['Bearer garbage', 401],
    ['Bearer', 400],
  ] as const) {
    const answer = await send(app.port, { url: '/me', headers: { authorization, cookie } })
    t.same([answer.status, answer.cookies], [status, []], authorization)
  }
  t.same(await stateOf(app, 'ada'), before)
  // As in front of a test system, to whose proxy the browser says it each time.
  const basic = await browser.send({ url: '/me', headers: { authorization: 'Basic YWRhOnB3' } })
  t.same(
    [basic.status, basic.cookies.length],
    [200, 2],
    'a header of another scheme is no credential of ours',
  )
})

rule(
  'R18: a request from another site that writes is refused before the store is asked',
  async (t, world) => {
    const { app, browser } = await startExpired(world)
    const before = await stateOf(app, 'ada')
    const alone = browser.copy()
    alone.cookies.delete(names.access)
    const headers = { 'sec-fetch-site': 'cross-site' }
    for (const tab of [alone, browser]) {
      for (const url of ['/me', '/maybe']) {
        world.events.length = 0
        world.store.isDown = true
        const answer = await tab.send({ method: 'POST', url, headers })
        world.store.isDown = false
        t.match(
          [answer.status, answer.json(), answer.cookies],
          [403, { code: 'ERR_FORBIDDEN_ORIGIN' }, []],
          url,
        )
        t.same(typesOf(world), ['cookie forbidden_origin'])
      }
    }
    t.same(await stateOf(app, 'ada'), before, 'nothing has changed')
    const navigation = await alone.send({ url: '/me', headers })
    t.match([navigation.status, setNames(navigation)], [200, both], 'a link from another site is followed')
    const post = await browser.post('/me')
    t.match(
      [post.status, post.json(), setNames(post)],
      [200, { user: 'ada' }, both],
      'and its own pages write',
    )
  },
)

rule(
  'R26: an outage is a 503, also where a user is optional, and the cookies are good after it',
  async (t, world) => {
    const { browser } = await startExpired(world)
    world.store.isDown = true
    for (const url of ['/me', '/maybe']) {
      const answer = await browser.get(url)
      t.match([answer.status, answer.json()], [503, { code: 'ERR_STORE_UNAVAILABLE' }], url)
      t.match(answer.headers, { 'retry-after': '1' })
      t.same(answer.cookies, [])
    }
    t.same(typesOf(world), ['store_unavailable', 'store_unavailable'])
    t.equal((await browser.get('/public')).status, 200)
    world.store.isDown = false
    t.equal((await browser.get('/me')).status, 200)
  },
)

rule(
  'the claims hook: it fails, and the page is a 503; it ends the session, and the user is nobody',
  async (t, world) => {
    let answer: () => object | false = () => {
      throw new Error('the database of users is down')
    }
    const { app, browser } = await startExpired(world, [], { claims: () => answer() })
    const failed = await browser.get('/maybe')
    t.same([failed.status, failed.cookies], [503, []])
    answer = () => ({ role: 'admin' })
    t.same((await browser.get('/maybe')).json(), { user: 'ada' })
    t.match(app.tokens.verify(browser.cookies.get(names.access) ?? ''), { role: 'admin' })
    expire(world)
    answer = () => false
    const disabled = await browser.get('/maybe')
    t.same([disabled.json(), disabled.cookies], [{ user: null }, []])
    t.same(await stateOf(app, 'ada'), [])
  },
)

rule(
  'autoRefresh: scopes are asked of the new token, and introspect of the store only once',
  async (t, world) => {
    let reads = 0
    const store = new Proxy(world.store, {
      get(target, name) {
        reads += name === 'find' ? 1 : 0
        return Reflect.get(target, name)
      },
    })
    const handle = () => ({})
    const { app } = await startExpired(
      world,
      [
        { method: 'GET', path: '/read', auth: { scope: 'read' }, handle },
        { method: 'GET', path: '/write', auth: { scope: 'write' }, handle },
        { method: 'GET', path: '/confirmed', auth: { introspect: true }, handle },
      ],
      { store },
    )
    const browser = new Browser(app)
    await browser.post('/login', { subject: 'grace', scope: 'read' })
    for (const [url, status] of [
      ['/read', 200],
      ['/write', 403],
      ['/confirmed', 200],
    ] as const) {
      expire(world)
      reads = 0
      const answer = await browser.get(url)
      t.same([answer.status, setNames(answer)], [status, both], url)
      t.equal(reads, 0)
    }
    t.equal((await browser.get('/confirmed')).status, 200)
    t.equal(reads, 1)
  },
)

rule('autoRefresh: the token routes refresh for nobody', async (t, world) => {
  const { browser } = await startExpired(world)
  const list = await browser.get('/auth/sessions')
  t.same([list.status, list.cookies], [401, []])
  const all = await browser.post('/auth/logout-all')
  t.same([all.status, all.cookies], [401, []])
  t.same(typesOf(world), ['access_token expired', 'access_token expired'])
  t.equal((await browser.post('/auth/refresh')).status, 200)
  expire(world)
  t.equal((await browser.post('/auth/logout')).status, 204)
  t.same(typesOf(world), ['revoked'])
  t.same([...browser.cookies], [])
})
