// A session in memory is one client's alone: it shares nothing with others, in a browser or in a server.
import { rule } from './world.js'

rule(
  'a client with tokens in memory takes no turns, opens no channel and uses no storage',
  async (t, world) => {
    const { client, get } = await world.signedIn()
    world.sleep()
    t.equal(await world.until(get()), 200)
    await world.until(client.refresh())
    await world.until(client.logout())
    t.equal(world.locks.requests, 0)
    t.equal(world.channels.opened, 0)
    t.strictSame(Object.keys(globalThis.localStorage), [])
  },
  { transport: 'body' },
)

for (const hasPage of [true, false]) {
  rule(
    `ten clients refresh at the same time, ${hasPage ? 'in one page' : 'on one server'}`,
    async (t, world) => {
      const tabs = await Promise.all(
        Array.from({ length: 10 }, () =>
          world.signedIn('ann', world.tab({ refreshUrl: 'https://app.example/auth/refresh' })),
        ),
      )
      world.sleep()
      let release = () => {}
      const released = new Promise<void>(resolve => {
        release = resolve
      })
      world.refreshIs(async serve => {
        await released
        return serve()
      })
      const statuses = Promise.all(tabs.map(({ client }) => client.fetch('https://app.example/me')))
      await world.quiet()
      t.equal(world.refreshes, 10, 'none waits for another')
      release()
      t.strictSame(
        (await world.until(statuses)).map(({ status }) => status),
        Array(10).fill(200),
      )
    },
    { transport: 'body', hasPage },
  )
}

rule(
  'where there is no page, clients with cookies of their own take no turns either',
  async (t, world) => {
    const { client } = world.tab({ refreshUrl: 'https://app.example/auth/refresh' })
    await world.until(client.fetch('https://app.example/me'))
    t.equal(world.refreshes, 1)
    t.equal(world.locks.requests, 0)
    t.equal(world.channels.opened, 0)
  },
  { transport: 'cookie', hasPage: false },
)
