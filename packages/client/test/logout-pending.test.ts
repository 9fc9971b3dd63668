// A log-out that was promised is sent, whatever scripts do to the storage and users to the page.
import { rule, type Tab, type World } from './world.js'

const cookie = { transport: 'cookie' } as const

/** Clears the storage as soon as a tab is told that its user is signed out, as many applications do. */
const clearsWhenSignedOut = (world: World, { client }: Tab) =>
  client.addEventListener('signedout', () => world.clearStorage())

for (const where of ['here', 'in another tab']) {
  rule(
    `a log-out is sent though a handler of signedout clears the storage ${where}`,
    async (t, world) => {
      const tab = await world.signedIn()
      clearsWhenSignedOut(world, where === 'here' ? tab : world.tab())
      await world.until(tab.client.logout())
      t.strictSame(await world.app.tokens.sessions('ann'), [])
      t.equal(world.cookies.size, 0)
      t.equal(await world.until(world.tab().get()), 401, 'and the next page is signed out')
    },
    cookie,
  )

  rule(
    `a log-out without a network is not forgotten when the storage is cleared ${where}`,
    async (t, world) => {
      const tab = await world.signedIn()
      const other = world.tab()
      clearsWhenSignedOut(world, where === 'here' ? tab : other)
      world.isOffline = true
      await world.until(tab.client.logout())
      await world.quiet()
      world.isOffline = false
      world.next('/auth/logout', () => new Response(null, { status: 503 }))
      t.equal(await world.until(other.get()), 503, 'the other tab does not act for the user either')
      t.equal(world.count('/me'), 0)
      await world.pass(101)
      t.strictSame(await world.app.tokens.sessions('ann'), [])
    },
    cookie,
  )
}

rule(
  'the mark of a log-out is in storage again when its page goes',
  async (t, world) => {
    const tab = await world.signedIn()
    clearsWhenSignedOut(world, tab)
    world.isOffline = true
    await world.until(tab.client.logout())
    world.clearStorage()
    world.dispatch('pagehide')
    await world.quiet()
    t.equal(Object.keys(globalThis.localStorage).length, 1)
    world.closeAll()
    world.isOffline = false
    world.tab()
    await world.quiet()
    t.strictSame(await world.app.tokens.sessions('ann'), [])
  },
  cookie,
)

rule('a log-out is sent at once, though a frozen tab has the turn', async (t, world) => {
  const { client } = await world.signedIn()
  void world.locks.request('tokenratchet https://app.example/auth/refresh', () => new Promise(() => {}))
  await world.quiet()
  const before = performance.now()
  await world.until(client.logout())
  t.ok(performance.now() - before < 500)
  t.strictSame(await world.app.tokens.sessions('ann'), [])
})

rule(
  'a page that is left in the same moment sends its log-out, and the request outlives it',
  async (t, world) => {
    const { client } = await world.signedIn()
    void world.locks.request('tokenratchet https://app.example/auth/refresh', () => new Promise(() => {}))
    void client.logout()
    world.dispatch('pagehide')
    await world.quiet()
    t.equal(world.sent.at(-1)?.keepalive, true)
    t.strictSame(await world.app.tokens.sessions('ann'), [])
  },
)

rule('a page that goes between two attempts sends its log-out once more', async (t, world) => {
  const { client } = await world.signedIn()
  world.isOffline = true
  await world.until(client.logout())
  world.isOffline = false
  world.dispatch('pagehide')
  await world.quiet()
  t.strictSame(await world.app.tokens.sessions('ann'), [])
})

rule('a page without a log-out sends nothing when it goes', async (t, world) => {
  await world.signedIn()
  const { length } = world.sent
  world.dispatch('pagehide')
  await world.quiet()
  t.equal(world.sent.length, length)
})
