// Requests with `keepalive` outlive their page. Chromium does not abort them, and refuses them beyond 64 KiB for each page.
import type { Fate } from './network.js'
import { rule } from './world.js'

const ends = { cookie: '/auth/logout', body: '/auth/revoke' }

rule('no request is kept alive, as Chromium could not abort it, until its page goes', async (t, world) => {
  const { client, get } = await world.signedIn()
  world.sleep()
  await world.until(get())
  t.equal(world.sent.find(({ url }) => url.endsWith('/auth/refresh'))?.keepalive, false)
  world.next(ends[world.transport], 'hang')
  void client.logout()
  await world.pass(1)
  t.equal(world.sent.at(-1)?.keepalive, false)
  world.dispatch('pagehide')
  await world.quiet()
  t.equal(world.sent.at(-1)?.keepalive, true)
  t.strictSame(await world.app.tokens.sessions('ann'), [])
})

rule(
  'a log-out whose page goes, and whose request the quota refuses, is sent by the next page',
  async (t, world) => {
    const isRefused = { count: 0 }
    const tab = world.tab({
      fetch: (input, init) => {
        if (init?.keepalive) {
          isRefused.count++
          return Promise.reject(new TypeError('Failed to fetch'))
        }
        return world.fetch(input, init)
      },
    })
    await world.signedIn('ann', tab)
    world.next(ends[world.transport], 'hang')
    void tab.client.logout()
    await world.pass(1)
    world.dispatch('pagehide')
    await world.pass(1)
    t.equal(isRefused.count, 1)
    t.equal((await world.app.tokens.sessions('ann')).length, 1)
    tab.page.close()
    world.tab()
    await world.pass(1)
    t.strictSame(await world.app.tokens.sessions('ann'), [])
  },
  { transport: 'cookie' },
)

rule(
  'a log-in in another tab aborts the refresh and the log-out under way here, whose late answers reach no cookie',
  async (t, world) => {
    const held: (() => void)[] = []
    // The server has done its work, and the network holds the answer.
    const late: Fate = async serve => {
      const answer = await serve()
      await new Promise<void>(resolve => held.push(resolve))
      return answer
    }
    const { client, get } = await world.signedIn()
    world.sleep()
    world.next('/auth/refresh', late)
    world.next('/auth/logout', late)
    void get().catch(() => {})
    await world.pass(1)
    void client.logout()
    await world.pass(1)
    t.equal(held.length, 2)
    const other = world.tab()
    other.client.signedIn(await world.login('bob'))
    await world.quiet()
    const cookies = [...world.cookies]
    for (const deliver of held) {
      deliver()
    }
    await world.pass(1)
    t.strictSame([...world.cookies], cookies)
    t.equal(await world.until(other.get()), 200)
    t.equal((await world.app.tokens.sessions('bob')).length, 1)
  },
  { transport: 'cookie' },
)
