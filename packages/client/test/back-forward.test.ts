// A page that comes back from the back/forward cache finds out what happened meanwhile, without a request.
import { rule, type World } from './world.js'

const cookie = { transport: 'cookie' } as const

/** Signs out in another tab, of which this page is not told. */
async function leftInAnotherTab(world: World) {
  const page = await world.signedIn()
  const other = world.tab()
  world.channels.hold()
  await world.until(other.client.logout())
  return { page, other }
}

rule(
  'a page that comes back after a log-out in another tab is signed out at once',
  async (t, world) => {
    const { page } = await leftInAnotherTab(world)
    t.strictSame(page.events, [])
    const { length } = world.sent
    world.dispatch('pageshow')
    t.strictSame(page.events, ['signedout'])
    await world.quiet()
    t.equal(world.sent.length, length, 'without a request')
    world.dispatch('pageshow')
    world.channels.release()
    await world.quiet()
    t.strictSame(page.events, ['signedout'], 'once')
  },
  cookie,
)

rule(
  'and told of the next log-in',
  async (t, world) => {
    const { page, other } = await leftInAnotherTab(world)
    await world.signedIn('ben', other)
    world.dispatch('pageshow')
    t.strictSame(page.events, ['signedin'])
    t.equal(await world.until(page.get()), 200)
  },
  cookie,
)

rule(
  'a log-out that the server does not know of yet is one, too',
  async (t, world) => {
    const page = await world.signedIn()
    const other = world.tab()
    world.channels.hold()
    world.isOffline = true
    await world.until(other.client.logout())
    world.dispatch('pageshow')
    t.strictSame(page.events, ['signedout'])
    await t.rejects(world.until(page.client.fetch('/me')), TypeError)
    t.equal(world.count('/me'), 0)
  },
  cookie,
)

for (const [what, happens] of [
  ['nothing has happened', () => {}],
  ['storage was cleared', world => world.clearStorage()],
  ['another tab has refreshed', world => world.until(world.tab().client.refresh())],
] as [string, (world: World) => unknown][]) {
  rule(
    `a page that comes back is as it was if ${what}`,
    async (t, world) => {
      const page = await world.signedIn()
      world.channels.hold()
      await happens(world)
      world.dispatch('pageshow')
      await world.quiet()
      t.strictSame(page.events, [])
      world.channels.release()
      await world.quiet()
      t.equal(await world.until(page.get()), 200)
      t.notOk(page.events.includes('signedout'))
    },
    cookie,
  )
}

rule(
  'a page whose clock was set back meanwhile is told all the same',
  async (t, world) => {
    const page = await world.signedIn()
    const other = world.tab()
    world.channels.hold()
    world.clock.setSystemTime(Date.now() - 86_400_000)
    await world.until(other.client.logout())
    world.dispatch('pageshow')
    t.strictSame(page.events, ['signedout'])
    await world.signedIn('ben', other)
    world.dispatch('pageshow')
    t.strictSame(page.events, ['signedout', 'signedin'])
  },
  cookie,
)

rule(
  'a message that arrives late does not undo what came after it',
  async (t, world) => {
    const { page, other } = await leftInAnotherTab(world)
    await world.signedIn('ben', other)
    world.dispatch('pageshow')
    world.channels.release()
    await world.quiet()
    t.notOk(page.events.includes('signedout'))
    t.equal(await world.until(page.get()), 200)
    t.equal(world.count('/auth/logout'), 1)
  },
  cookie,
)
