// Browsers keep 64 KiB of requests alive for a page, and reject what would be more.
import { rule, type World } from './world.js'

const ends = { cookie: '/auth/logout', body: '/auth/revoke' }

/** A page that has used its quota up, by requests of its own. */
const withoutQuota = (world: World) => {
  const refused: string[] = []
  const tab = world.tab({
    fetch: (input, init) => {
      if (init?.keepalive) {
        refused.push(new URL(`${input}`).pathname)
        return Promise.reject(new TypeError('Failed to fetch'))
      }
      return world.fetch(input, init)
    },
  })
  return { tab, refused }
}

rule('a refresh that the quota of keepalive refuses is sent without it, once', async (t, world) => {
  const { tab, refused } = withoutQuota(world)
  await world.signedIn('ann', tab)
  world.sleep()
  const before = performance.now()
  t.equal(await world.until(tab.get()), 200)
  t.ok(performance.now() - before < 400, 'without any delay')
  t.strictSame(refused, ['/auth/refresh'])
  t.equal(world.refreshes, 1)
})

rule('so is the log-out of a page that goes', async (t, world) => {
  const { tab, refused } = withoutQuota(world)
  await world.signedIn('ann', tab)
  world.next(ends[world.transport], 'hang')
  void tab.client.logout()
  await world.pass(1)
  t.strictSame(refused, [])
  world.dispatch('pagehide')
  await world.pass(1)
  t.strictSame(refused, [ends[world.transport]])
  t.strictSame(await world.app.tokens.sessions('ann'), [])
})

rule('a refresh is kept alive, so that its cookies arrive though the tab is closed', async (t, world) => {
  const { get } = await world.signedIn()
  world.sleep()
  await world.until(get())
  t.equal(world.sent.find(({ url }) => url.endsWith('/auth/refresh'))?.keepalive, true)
})

rule('a log-out is not, as Chromium could not abort it, until its page goes', async (t, world) => {
  const { client } = await world.signedIn()
  world.next(ends[world.transport], 'hang')
  void client.logout()
  await world.pass(1)
  t.equal(world.sent.at(-1)?.keepalive, false)
  world.dispatch('pagehide')
  await world.quiet()
  t.equal(world.sent.at(-1)?.keepalive, true)
  t.strictSame(await world.app.tokens.sessions('ann'), [])
})

rule('what is refused twice is one failure', async (t, world) => {
  const { client } = await world.signedIn()
  world.sleep()
  world.refreshIs('lost')
  await t.rejects(world.until(client.fetch('/me')), new TypeError('Failed to fetch'))
  t.ok(world.refreshes % 2 === 0 && world.refreshes <= 8)
})
