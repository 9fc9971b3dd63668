// The app in a frame of another site, in a browser that blocks the cookies of such frames: as Safari and Brave do, and
// Chrome where its user says so.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CookieOptions } from '@tokenratchet/core/http'
import type { BrowserContext, Frame } from 'playwright-core'
import t, { type Test } from 'tap'
import { launchProfile } from '../helpers/browser.js'
import { some } from '../helpers/effort.js'
import { startAttacker } from './attacker.js'
import { complaintsOf, leaks, logIn, logOut, openTab, who } from './scene.js'
import { type Framework, frameworks, hosts, type Site, startSite } from './site.js'

const port = await startAttacker(t)
const embedder = `http://portal.localhost:${port}/`
const otherEmbedder = `http://intranet.localhost:${port}/`
const partitioned = { sameSite: 'none', partitioned: true } as const
const site = { sameSite: 'none' } as const

interface World {
  readonly site: Site
  readonly context: BrowserContext
}

interface Setting {
  readonly framework?: Framework
  readonly cookie: CookieOptions
  readonly thirdPartyCookies?: 'allowed' | 'blocked'
}

/** Two browsers for all tests: each test begins with an empty cookie jar, and a port of its own. */
const browsers = new Map<string, Promise<BrowserContext>>()

async function browserFor(thirdPartyCookies: 'allowed' | 'blocked'): Promise<BrowserContext> {
  const running = browsers.get(thirdPartyCookies) ?? launch(thirdPartyCookies)
  browsers.set(thirdPartyCookies, running)
  const context = await running
  await context.clearCookies()
  return context
}

async function launch(thirdPartyCookies: 'allowed' | 'blocked'): Promise<BrowserContext> {
  // Not `t.testdir()`, which other files of this process use too.
  const folder = await mkdtemp(join(tmpdir(), 'tokenratchet-profile-'))
  const context = await launchProfile(t, folder, { hosts, thirdPartyCookies })
  t.teardown(async () => {
    await context.close()
    await rm(folder, { recursive: true, force: true })
  })
  return context
}

function embedded(name: string, setting: Setting, check: (t: Test, world: World) => Promise<void>): void {
  t.test(name, async t => {
    const { framework, cookie, thirdPartyCookies = 'blocked' } = setting
    const site = await startSite(t, framework, { cookie })
    const context = await browserFor(thirdPartyCookies)
    const complaints = complaintsOf(context)
    await check(t, { site, context })
    t.same(complaints, [])
    t.same(await leaks(site, context), [])
    await Promise.all(context.pages().map(tab => tab.close()))
  })
}

for (const framework of some(Object.keys(frameworks) as Framework[], 1)) {
  embedded(
    `${framework}: with partitioned cookies an embedded page logs in, is guarded, refreshes and logs out`,
    { framework, cookie: partitioned },
    async (t, world) => {
      const { site, context } = world
      const frame = await embed(world, embedder)
      await logIn(frame)
      t.equal(await who(frame), 'ada')
      site.clock.advance('11m')
      t.equal(await who(frame), 'ada', 'after a refresh')
      t.ok(site.events.includes('refreshed'))
      t.equal(await who(await embed(world, embedder)), 'ada', 'in another tab of the site')
      t.same(
        (await context.cookies()).map(({ name, partitionKey }) => [name, partitionKey]).sort(),
        ['__Host-access_token', '__Host-refresh_token'].map(name => [name, 'http://portal.localhost']),
      )
      t.equal(await who(await embed(world, otherEmbedder)), 401, 'each site that embeds it has a jar')
      t.equal(await who(await openTab(world)), 401, 'and so has the app by itself')
      t.equal((await site.sessions()).length, 1)
      await logOut(frame)
      t.equal(await who(frame), 401)
      t.same(await context.cookies(), [])
      t.same(await site.sessions(), [])
    },
  )
}

embedded('without partitioned cookies it can’t', { cookie: site }, async (t, world) => {
  const frame = await embed(world, embedder)
  await logIn(frame)
  t.equal((await world.site.sessions()).length, 1, 'the login was answered')
  t.equal(await who(frame), 401)
  t.same(await world.context.cookies(), [])
})

embedded(
  'only because the browser blocks them',
  { cookie: site, thirdPartyCookies: 'allowed' },
  async (t, world) => {
    const frame = await embed(world, embedder)
    await logIn(frame)
    t.equal(await who(frame), 'ada')
  },
)

embedded(
  'R17: cookies from before the option are cleared, and lock nobody out',
  { cookie: partitioned },
  async (t, world) => {
    const { site, context } = world
    const tab = await openTab(world)
    await logIn(tab)
    const old = (await context.cookies()).map(({ partitionKey: _, ...cookie }) => cookie)
    await context.addCookies(old)
    t.equal((await context.cookies()).length, 4, 'the browser keeps both')
    t.equal(await who(tab), 'ada')
    t.match(site.arrived.at(-1)?.headers.cookie, /access_token=.*access_token=/, 'and sends both')
    site.clock.advance('11m')
    t.equal(await who(tab), 'ada', 'the newest of the session counts')
    t.equal((await context.cookies()).length, 2)

    await context.addCookies(old)
    await logOut(tab)
    t.same(await context.cookies(), [])
    await context.addCookies(old)
    await logIn(tab, 'grace')
    t.equal(await who(tab), 'grace', 'a login in spite of them is good')
  },
)

/** The app in a frame of a page of another site. */
async function embed({ site, context }: World, page: string): Promise<Frame> {
  const tab = await context.newPage()
  await tab.goto(page)
  await tab.evaluate(src => {
    document.body.append(Object.assign(document.createElement('iframe'), { src, name: 'app' }))
  }, `${site.url}embedded`)
  const frame = await tab.waitForSelector('iframe').then(element => element.contentFrame())
  if (frame === null) {
    throw new Error('The page has no frame')
  }
  await frame.waitForFunction(() => 'client' in globalThis)
  return frame
}
