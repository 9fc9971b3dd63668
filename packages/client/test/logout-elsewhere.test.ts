// A log-out that is pending in a tab that is closed, and in tabs that take no turns.
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
