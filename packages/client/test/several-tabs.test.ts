// Tabs tell each other what happened, and need not be heard.
import { rule } from './world.js'

const cookie = { transport: 'cookie' } as const

rule(
  'one tab refreshes for all',
  async (t, world) => {
    const one = await world.signedIn()
    const two = world.tab()
    world.sleep()
    t.strictSame(await world.until(Promise.all([one.get(), two.get()])), [200, 200])
    t.equal(world.refreshes, 1)
    t.strictSame([one.events, two.events], [['refreshed'], ['refreshed']])
  },
  cookie,
)

for (const hasLocks of [true, false]) {
  rule(
    `tabs that hear nothing of each other stay signed in, ${hasLocks ? 'with' : 'without'} locks`,
    async (t, world) => {
      world.channels.hold()
      const tabs = [await world.signedIn(), world.tab(), world.tab()]
      for (let round = 0; round < 3; round++) {
        world.sleep()
        const statuses = await world.until(Promise.all(tabs.map(({ get }) => get())))
        t.strictSame(statuses, [200, 200, 200])
      }
      t.strictSame(
        tabs.map(({ events }) => events.includes('signedout')),
        [false, false, false],
      )
    },
    { ...cookie, hasLocks },
  )
}

rule(
  'a log-out is one event in each tab',
  async (t, world) => {
    const tabs = [await world.signedIn(), world.tab(), world.tab()]
    await world.until(tabs[0]?.client.logout() ?? Promise.reject())
    await world.until(Promise.all(tabs.map(({ get }) => get())))
    await world.until(Promise.all(tabs.map(({ get }) => get())))
    t.strictSame(
      tabs.map(({ events }) => events),
      [['signedout'], ['signedout'], ['signedout']],
    )
  },
  cookie,
)

rule(
  'tabs that go on asking after the end refresh once each in a minute, and do not set each other going',
  async (t, world) => {
    const tabs = [await world.signedIn(), world.tab(), world.tab()]
    await world.app.tokens.revokeAll('ann')
    for (let second = 0; second < 50; second++) {
      for (const { get } of tabs) {
        t.equal(await world.until(get()), 401)
      }
      await world.pass(1)
    }
    t.ok(world.refreshes <= 3, `${world.refreshes} refreshes`)
    t.strictSame(
      tabs.map(({ events }) => events),
      [['signedout'], ['signedout'], ['signedout']],
    )
  },
  cookie,
)

for (const isHeardLate of [false, true]) {
  rule(
    `a login in another tab during a refresh that is refused is not undone, heard ${isHeardLate ? 'after' : 'before'} the refusal`,
    async (t, world) => {
      const one = await world.signedIn()
      const two = world.tab()
      await world.app.tokens.revokeAll('ann')
      let refuse: (response: Response) => void = () => {}
      world.next('/auth/refresh', () => new Promise(resolve => (refuse = resolve)))
      const request = one.get()
      await world.pass(1)
      isHeardLate && world.channels.hold()
      await world.signedIn('ben', two)
      await world.pass(1)
      refuse(Response.json({ error: 'invalid_grant' }, { status: 400 }))
      t.equal(await world.until(request), 401)
      world.channels.release()
      await world.quiet()
      t.notOk(two.events.includes('signedout'))
      t.equal(one.events.at(-1), 'signedin')
      t.strictSame(await world.until(Promise.all([one.get(), two.get()])), [200, 200])
      world.sleep()
      t.strictSame(await world.until(Promise.all([one.get(), two.get()])), [200, 200])
    },
    cookie,
  )
}

rule(
  'a frozen tab that has the lock delays others by three seconds',
  async (t, world) => {
    const { get } = await world.signedIn()
    void world.locks.request('tokenratchet https://app.example/auth/refresh', () => new Promise(() => {}))
    await world.quiet()
    world.sleep()
    const before = performance.now()
    t.equal(await world.until(get()), 200)
    const took = performance.now() - before
    t.ok(took >= 3000 && took < 3300, `${took}`)
  },
  cookie,
)

rule(
  'a log-out that one tab remembers is sent by another, once',
  async (t, world) => {
    const one = await world.signedIn()
    const two = world.tab()
    world.isOffline = true
    await world.until(one.client.logout())
    world.isOffline = false
    t.equal(await world.until(two.get()), 401)
    const count = world.count('/auth/logout')
    await world.signedIn('ben', two)
    await world.pass(30)
    t.equal(world.count('/auth/logout'), count)
    t.equal(await world.until(one.get()), 200)
  },
  cookie,
)

rule(
  'two clients on a page with different addresses keep to themselves',
  async (t, world) => {
    const one = await world.signedIn()
    const other = world.tab({ refreshUrl: '/admin/refresh' })
    world.always('/admin/refresh', () => Response.json({ error: 'invalid_grant' }, { status: 400 }))
    world.next('/me', () => new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer' } }))
    t.equal(await world.until(other.get()), 401)
    t.strictSame([one.events, other.events], [[], ['signedout']])
    t.equal(await world.until(one.get()), 200)
  },
  cookie,
)

rule(
  'a client that is made twice is like two tabs',
  async (t, world) => {
    const one = await world.signedIn()
    const two = await world.signedIn('ann', world.tab())
    world.sleep()
    t.strictSame(await world.until(Promise.all([one.get(), two.get()])), [200, 200])
    t.equal(world.refreshes, 1)
  },
  cookie,
)
