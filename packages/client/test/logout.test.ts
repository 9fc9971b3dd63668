// Log-out works offline, and the server learns of it.
import { createClient } from '../src/index.js'
import { replace, rule } from './world.js'

const ends = { cookie: '/auth/logout', body: '/auth/revoke' }

rule('a log-out ends the session here at once, and on the server', async (t, world) => {
  const { client, events, get } = await world.signedIn()
  const done = client.logout()
  t.strictSame(events, ['signedout'], 'before any answer')
  await world.until(done)
  t.equal(world.count(ends[world.transport]), 1)
  t.strictSame(await world.app.tokens.sessions('ann'), [])
  t.equal(await world.until(get()), 401)
  t.strictSame(events, ['signedout'])
  t.equal(world.cookies.size, 0)
})

rule(
  'RFC 7009 gets the refresh token, and no cookie',
  async (t, world) => {
    const { client } = world.tab()
    const answer = await world.login('ann')
    client.signedIn(answer)
    await world.until(client.logout())
    t.equal(world.sent.at(-1)?.body, `token=${answer.refresh_token}`)
    t.equal(world.sent.at(-1)?.headers.has('authorization'), false)
  },
  { transport: 'body' },
)

for (const fate of ['lost', 'hang', () => new Response(null, { status: 503 })] as const) {
  const name = typeof fate === 'string' ? fate : '503'
  rule(`a log-out that meets trouble is remembered, and sent by a timer: ${name}`, async (t, world) => {
    const { client, events } = await world.signedIn()
    const path = ends[world.transport]
    world.always(path, fate)
    await world.until(client.logout())
    t.strictSame(events, ['signedout'])
    await world.pass(300)
    const { length } = await world.app.tokens.sessions('ann')
    t.equal(length, 1)
    const count = world.count(path)
    t.ok(count >= 6 && count <= 13, `${count} attempts, later each time`)
    world.always(path, undefined)
    // An attempt that hangs ends after 10 s, and the longest wait for the next is 90 s.
    await world.pass(101)
    t.strictSame(await world.app.tokens.sessions('ann'), [])
    const last = world.count(path)
    await world.pass(300)
    t.equal(world.count(path), last, 'and no more after that')
  })
}

rule('until the server knows, fetch fails rather than to act for the user', async (t, world) => {
  const { client } = await world.signedIn()
  world.isOffline = true
  await world.until(client.logout())
  await t.rejects(world.until(client.fetch('/me')), new TypeError('Failed to fetch'))
  t.equal(world.count('/me'), 0)
  world.isOffline = false
  world.next(ends[world.transport], () => new Response(null, { status: 503 }))
  t.equal((await world.until(client.fetch('/me'))).status, 503)
  t.equal(world.count('/me'), 0)
  t.equal((await world.until(client.fetch('/me'))).status, 401)
  t.strictSame(await world.app.tokens.sessions('ann'), [])
})

rule('nor does a refresh by hand act for a user who is leaving', async (t, world) => {
  const { client, events } = await world.signedIn()
  world.always(ends[world.transport], 'lost')
  await world.until(client.logout())
  await t.rejects(world.until(client.refresh()))
  t.strictSame(events, ['signedout'])
})

rule('requests that wait for a log-out leave no timers behind', async (t, world) => {
  const { client, get } = await world.signedIn()
  world.isOffline = true
  await world.until(client.logout())
  for (let request = 0; request < 20; request++) {
    await world.until(get().catch(() => {}))
  }
  const before = world.count(ends[world.transport])
  await world.pass(60)
  const more = (world.count(ends[world.transport]) - before) / 2
  t.ok(more <= 7, `${more} attempts`)
})

rule(
  'a log-out is sent when the page is loaded again',
  async (t, world) => {
    const { client } = await world.signedIn()
    world.isOffline = true
    await world.until(client.logout())
    t.equal(Object.keys(globalThis.localStorage).length, 1)
    world.isOffline = false
    world.tab()
    await world.quiet()
    t.strictSame(await world.app.tokens.sessions('ann'), [])
    const count = world.count('/auth/logout')
    world.tab()
    await world.pass(1)
    t.equal(world.count('/auth/logout'), count, 'and not once more')
  },
  { transport: 'cookie' },
)

rule('a second click does not forget the first', async (t, world) => {
  const { client, events } = await world.signedIn()
  world.isOffline = true
  await world.until(client.logout())
  await world.until(client.logout())
  world.isOffline = false
  await world.pass(11)
  t.strictSame(await world.app.tokens.sessions('ann'), [])
  t.strictSame(events, ['signedout'])
})

rule('who signs in again is not logged out by what was remembered', async (t, world) => {
  const tab = await world.signedIn()
  world.always(ends[world.transport], 'lost')
  await world.until(tab.client.logout())
  await world.signedIn('ben', tab)
  world.always(ends[world.transport], undefined)
  t.equal(await world.until(tab.get()), 200)
  await world.pass(30)
  world.tab()
  await world.pass(1)
  t.equal(await world.until(tab.get()), 200)
})

rule('a login through the client goes out after the log-out before it', async (t, world) => {
  const { client, get } = await world.signedIn()
  world.isOffline = true
  await world.until(client.logout())
  world.isOffline = false
  client.signedIn(await world.login('ben', client.fetch))
  t.strictSame(
    world.sent.slice(-2).map(({ url }) => new URL(url).pathname),
    [ends[world.transport], '/login'],
  )
  await world.pass(30)
  t.equal(await world.until(get()), 200)
})

rule('who is not signed in may log out', async (t, world) => {
  const { client } = world.tab()
  await world.until(client.logout())
  t.ok(world.sent.length < 2)
})

rule('a refresh that is under way brings nobody back', async (t, world) => {
  const { client, events, get } = await world.signedIn()
  world.sleep()
  let answer: (response: Response) => void = () => {}
  world.next('/auth/refresh', () => new Promise(resolve => (answer = resolve)))
  const request = get()
  await world.quiet()
  const done = client.logout()
  answer(Response.json({ expires_in: 600, access_token: 'late', refresh_token: 'late' }))
  t.equal(await world.until(request), 401)
  await world.until(done)
  t.strictSame(events, ['signedout'])
  t.strictSame(await world.app.tokens.sessions('ann'), [])
})

rule(
  'tokens that a server puts into the body all the same stay out of the storage',
  async (t, world) => {
    const { client } = await world.signedIn()
    const token = { access_token: 'of-a-server', refresh_token: 'in-another-mode', expires_in: 600 }
    client.signedIn(token)
    world.isOffline = true
    await world.until(client.logout())
    t.notMatch(JSON.stringify(globalThis.localStorage), /of-a-server|in-another-mode/)
  },
  { transport: 'cookie' },
)

rule(
  'where pages are rendered, a client may be made: it touches nothing',
  async (t, world) => {
    let touched = 0
    const { BroadcastChannel } = globalThis
    for (const name of ['localStorage', 'BroadcastChannel']) {
      Object.defineProperty(globalThis, name, { configurable: true, get: () => touched++ })
    }
    createClient()
    createClient({ transport: 'body' })
    t.equal(touched, 0)
    replace(globalThis, 'localStorage', undefined)
    replace(globalThis, 'BroadcastChannel', BroadcastChannel)
    t.equal(world.sent.length, 0)
    t.throws(() => createClient({ refreshUrl: 'http://' }), TypeError)
  },
  { hasPage: false, transport: 'cookie' },
)
