// A log-out that is pending in a tab that is closed, and in tabs that take no turns; services with many paths.
import { rule } from './world.js'

const cookie = { transport: 'cookie' } as const

rule(
  'a log-out that is pending when its tab is closed is sent by a tab that stays',
  async (t, world) => {
    const one = await world.signedIn()
    world.tab()
    world.isOffline = true
    await world.until(one.client.logout())
    one.page.close()
    world.isOffline = false
    await world.pass(10)
    t.strictSame(await world.app.tokens.sessions('ann'), [])
  },
  cookie,
)

rule(
  'and by a page that comes back without having heard of it',
  async (t, world) => {
    const one = await world.signedIn()
    world.channels.hold()
    world.tab()
    world.isOffline = true
    await world.until(one.client.logout())
    one.page.close()
    world.isOffline = false
    world.dispatch('pageshow')
    await world.pass(10)
    t.strictSame(await world.app.tokens.sessions('ann'), [])
  },
  cookie,
)

for (const fate of ['answered', 'lost']) {
  rule(
    `without locks, a log-out that another tab has brought about is no error here, where it is ${fate}`,
    async (t, world) => {
      const one = await world.signedIn()
      const two = world.tab()
      world.next('/auth/logout', async serve => {
        await new Promise(resolve => setTimeout(resolve, 2000))
        return fate === 'lost' ? Promise.reject(new TypeError('Failed to fetch')) : serve()
      })
      const done = one.client.logout()
      await world.quiet()
      t.equal(await world.until(two.get()), 401)
      await t.resolves(world.until(done))
      t.strictSame(one.events, ['signedout'])
    },
    { ...cookie, hasLocks: false },
  )
}

rule('a service with a hundred paths that is never content costs few refreshes', async (t, world) => {
  const { get } = await world.signedIn()
  for (let path = 0; path < 100; path++) {
    world.next(
      `/legacy/${path}`,
      ...Array(2).fill(() => {
        return new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer' } })
      }),
    )
    t.equal(await world.until(get(`/legacy/${path}`)), 401)
  }
  t.ok(world.refreshes <= 10, `${world.refreshes} refreshes`)
})

rule('a fetch that rejects with nothing is an error of the network', async (t, world) => {
  const { client } = await world.signedIn()
  world.refreshIs(() => Promise.reject(undefined))
  await t.rejects(world.until(client.refresh()), { code: 'network' })
})
