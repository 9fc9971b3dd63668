// A log-out that is slow, and the log-in that comes after it.
import type { TokenAnswer } from '../src/index.js'
import { origin } from './network.js'
import { rule, type Tab, type World } from './world.js'

const ends = { cookie: '/auth/logout', body: '/auth/revoke' }
const cookie = { transport: 'cookie' } as const

/** Logs in through the client, as its README says. */
async function logIn({ client }: Tab, subject: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await client.fetch('/login', {
    method: 'POST',
    headers,
    body: JSON.stringify({ subject }),
  })
  client.signedIn((await response.json()) as TokenAnswer)
}

/** The answer of the server to the next request for a path, which waits until the test lets it go. */
function hold(world: World, path: string): () => void {
  let release = () => {}
  const released = new Promise<void>(resolve => {
    release = resolve
  })
  // What the server does, it does at once.
  world.next(path, async serve => {
    const answer = await serve()
    await released
    return answer
  })
  return release
}

rule('a log-in waits for the log-out before it', async (t, world) => {
  const tab = await world.signedIn()
  const release = hold(world, ends[world.transport])
  void tab.client.logout()
  await world.pass(4)
  const done = logIn(tab, 'ben')
  await world.pass(4)
  t.equal(world.count('/login'), 1, 'that of ann')
  release()
  await world.until(done)
  t.equal(world.count(ends[world.transport]), 1)
  t.equal(await world.until(tab.get()), 200)
})

rule(
  'a late answer to a log-out does not clear the cookies of the next log-in',
  async (t, world) => {
    const tab = await world.signedIn()
    const release = hold(world, '/auth/logout')
    void tab.client.logout()
    await world.pass(1)
    world.always('/auth/logout', 'hang')
    const before = performance.now()
    await world.until(logIn(tab, 'ben'))
    t.ok(performance.now() - before < 10_500, 'it waits until the log-out counts as lost')
    release()
    await world.pass(1)
    t.ok(world.cookies.size > 0)
    t.equal(await world.until(tab.get()), 200)
    world.always('/auth/logout', undefined)
    await world.pass(300)
    t.equal(await world.until(tab.get()), 200, 'nor does it come again')
    t.strictSame(await world.app.tokens.sessions('ann'), [])
  },
  cookie,
)

rule(
  'nor of a log-in by other ways than the client, once the client is told',
  async (t, world) => {
    const tab = await world.signedIn()
    const release = hold(world, '/auth/logout')
    void tab.client.logout()
    await world.pass(1)
    await world.signedIn('ben', tab)
    release()
    await world.pass(1)
    t.ok(world.cookies.size > 0)
    t.equal(await world.until(tab.get()), 200)
  },
  cookie,
)

rule(
  'nor does a late answer to a refresh replace them',
  async (t, world) => {
    const tab = await world.signedIn()
    world.sleep()
    const release = hold(world, '/auth/refresh')
    const request = tab.get()
    await world.pass(1)
    await world.signedIn('ben', tab)
    release()
    t.equal(await world.until(request), 401)
    t.equal(await world.until(tab.get()), 200)
    t.equal((await world.app.tokens.sessions('ben')).length, 1)
  },
  cookie,
)

for (const where of ['the same tab', 'another tab']) {
  rule(
    `a log-in in ${where} waits for a slow log-out, and no second one runs beside it`,
    async (t, world) => {
      const tab = await world.signedIn()
      const other = where === 'the same tab' ? tab : world.tab()
      const release = hold(world, '/auth/logout')
      void tab.client.logout()
      await world.pass(0.5)
      const done = logIn(other, 'ben')
      const get = other.get()
      await world.pass(8)
      t.equal(world.count('/auth/logout'), 1)
      t.equal(world.count('/login'), 1, 'that of ann')
      release()
      await world.until(Promise.all([done, get]))
      t.equal(world.count('/auth/logout'), 1)
      t.equal(await world.until(other.get()), 200)
    },
    cookie,
  )
}

rule('calls share one log-out', async (t, world) => {
  const { client, get } = await world.signedIn()
  const release = hold(world, ends[world.transport])
  const calls = Promise.all([client.logout(), get(), client.logout(), get()])
  await world.pass(3)
  release()
  const [, status, , other] = await world.until(calls)
  t.strictSame([status, other], [401, 401])
  t.equal(world.count(ends[world.transport]), 1)
})

rule(
  'tabs share one log-out',
  async (t, world) => {
    const one = await world.signedIn()
    const two = world.tab()
    const release = hold(world, '/auth/logout')
    void one.client.logout()
    await world.pass(0.5)
    const calls = Promise.all([two.client.logout(), two.get()])
    await world.pass(5)
    release()
    await world.until(calls)
    t.equal(world.count('/auth/logout'), 1)
    t.strictSame([one.events, two.events], [['signedout'], ['signedout']])
  },
  cookie,
)

for (const [name, fate] of [
  [
    'is answered by a page',
    () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }),
  ],
  ['meets a server in trouble', () => new Response(null, { status: 503 })],
  [
    'meets a limit of the rate',
    () => new Response(null, { status: 429, headers: { 'retry-after': '3600' } }),
  ],
] as const) {
  rule(`a log-out that ${name} locks nobody out: a log-in ends the session as well`, async (t, world) => {
    const tab = await world.signedIn()
    world.always(ends[world.transport], fate)
    await world.until(tab.client.logout())
    await world.until(logIn(tab, 'ben'))
    t.equal(await world.until(tab.get()), 200)
    await world.pass(300)
    t.equal(await world.until(tab.get()), 200)
    if (world.transport === 'cookie') {
      t.strictSame(await world.app.tokens.sessions('ann'), [])
    }
  })
}

rule('a log-in that fails leaves the log-out to be sent', async (t, world) => {
  const tab = await world.signedIn()
  world.always(ends[world.transport], () => new Response(null, { status: 503 }))
  await world.until(tab.client.logout())
  world.next('/login', () => new Response(null, { status: 401 }))
  t.equal((await world.until(tab.client.fetch('/login', { method: 'POST' }))).status, 401)
  await t.rejects(world.until(tab.client.fetch('/me').then(({ status }) => Promise.reject(status))))
  world.always(ends[world.transport], undefined)
  await world.pass(95)
  t.strictSame(await world.app.tokens.sessions('ann'), [])
})

rule(
  'where users log in is an option, and other requests do not act for the user who has left',
  async (t, world) => {
    const tab = await world.signedIn('ann', world.tab({ loginPath: '/password' }))
    world.always('/auth/logout', () => new Response(null, { status: 503 }))
    await world.until(tab.client.logout())
    const post = (path: string) =>
      world.until(tab.client.fetch(path, { method: 'POST' })).then(({ status }) => status)
    t.equal(await post('/password'), 401)
    t.equal(await post(`${origin}/password?next=%2F`), 401)
    for (const path of ['/login', '/echo', '/password/new', '/']) {
      t.equal(await post(path), 503, path)
      t.equal(world.count(path), path === '/login' ? 1 : 0)
    }
  },
  cookie,
)

rule(
  'no refresh of another tab runs beside a log-in',
  async (t, world) => {
    const one = await world.signedIn()
    const two = world.tab()
    world.sleep()
    const release = hold(world, '/login')
    const done = logIn(one, 'ben')
    await world.pass(0.2)
    const get = two.get()
    await world.pass(1)
    t.equal(world.refreshes, 0)
    release()
    await world.until(done)
    t.equal(await world.until(get), 401, "what ann asked for is not ben's")
    t.strictSame(await world.until(Promise.all([one.get(), two.get()])), [200, 200])
  },
  cookie,
)

for (const where of ['this tab', 'another tab']) {
  rule(
    `a log-out that ${where} sends again does not end a new session of which the client is not told yet`,
    async (t, world) => {
      const tab = await world.signedIn()
      const other = world.tab()
      world.next('/auth/logout', () => new Response(null, { status: 503 }))
      await world.until(tab.client.logout())
      world.next('/auth/logout', () => new Response(null, { status: 503 }))
      world.next('/login', async serve => {
        const answer = await serve()
        await new Promise(resolve => setTimeout(resolve, 2000))
        return answer
      })
      const headers = { 'content-type': 'application/json' }
      const login = tab.client.fetch('/login', { method: 'POST', headers, body: '{"subject":"ben"}' })
      await world.pass(0.5)
      const request = where === 'this tab' ? undefined : other.get().catch(() => {})
      const response = await world.until(login)
      await world.pass(1)
      tab.client.signedIn((await response.json()) as TokenAnswer)
      await world.pass(5)
      await request
      t.equal((await world.app.tokens.sessions('ben')).length, 1)
      t.equal(await world.until(tab.get()), 200)
    },
    cookie,
  )
}
