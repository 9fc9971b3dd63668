// What networks, servers and lids do in the middle of a refresh: the user stays signed in.

import { isDeepStrictEqual } from 'node:util'
import type { BrowserContext } from 'playwright-core'
import t, { type Test } from 'tap'
import { launchBrowser } from '../helpers/browser.js'
import { some } from '../helpers/effort.js'
import { until } from '../helpers/redis.js'
import { eachOf, logIn, openTab, openTabs, scenes, seenBy, type Tab, who } from './scene.js'
import { type Framework, frameworks, hosts, type Site } from './site.js'

const scene = scenes(await launchBrowser(t, { hosts }))

for (const framework of some(Object.keys(frameworks) as Framework[], 1)) {
  scene(
    `${framework}: an answer that the network loses is asked for again`,
    async (t, { site, context }) => {
      const tab = await openTab({ site, context })
      await logIn(tab)
      const old = await context.cookies()
      site.clock.advance('11m')
      const { answer, user } = await midRefresh(site, tab)
      const again = site.hold('/auth/refresh')
      answer.lose()
      const second = await again
      t.same(await context.cookies(), old, 'with the same token')
      await second.deliver()
      t.equal(await user, 'ada')
      t.same(site.events, ['issued', 'refused', 'refreshed', 'reissued'])
      await staysSignedIn(t, site, [tab])
    },
    { framework },
  )
}

scene('a token whose answers were lost works minutes later', async (t, { site, context }) => {
  await logIn(await openTab({ site, context }))
  for (let time = 1; time <= 3; time++) {
    site.clock.advance('20m')
    const tab = await openTab({ site, context })
    const { answer } = await midRefresh(site, tab)
    await tab.close()
    answer.lose()
  }
  site.clock.advance('20m')
  const tab = await openTab({ site, context })
  t.equal(await who(tab), 'ada')
  const refreshes = site.events.filter(type => type !== 'refused')
  t.same(refreshes, ['issued', 'refreshed', 'reissued', 'reissued', 'reissued'])
  await staysSignedIn(t, site, [tab])
})

for (const outcome of ['deliver', 'lose'] as const) {
  scene(`a tab may close in the middle of a refresh: ${outcome}`, async (t, { site, context }) => {
    const [closing, other] = await openTabs({ site, context }, 2)
    await logIn(closing)
    site.clock.advance('11m')
    const { answer } = await midRefresh(site, closing)
    // It waits for its turn.
    const user = who(other)
    await closing.close()
    t.equal(await user, 'ada')
    await answer[outcome]()
    await staysSignedIn(t, site, [other, await openTab({ site, context })])
  })

  scene(`a tab may be loaded again in the middle of a refresh: ${outcome}`, async (t, { site, context }) => {
    const tab = await openTab({ site, context })
    await logIn(tab)
    site.clock.advance('11m')
    const { answer } = await midRefresh(site, tab)
    await tab.reload()
    const user = who(tab)
    await answer[outcome]()
    t.equal(await user, 'ada')
    await staysSignedIn(t, site, [tab])
  })
}

scene(
  'a user whose tab was closed in the middle of a refresh stays signed in',
  async (t, { site, context }) => {
    const tab = await openTab({ site, context })
    await logIn(tab)
    const old = await context.cookies()
    site.clock.advance('11m')
    const { answer } = await midRefresh(site, tab)
    await tab.close()
    await answer.deliver()
    // `keepalive` lets the browser keep the answer. Chromium does so unless it is too busy to take it over from the tab in
    // time: then the old cookie gets another successor.
    const isKept = await until(
      'the cookies of the answer',
      async () => !isDeepStrictEqual(await context.cookies(), old),
      5000,
    )
      .then(() => true)
      .catch(() => false)
    const next = await openTab({ site, context })
    t.equal(await who(next), 'ada')
    const needed = isKept ? [] : ['refused', 'reissued']
    t.same(site.events, ['issued', 'refused', 'refreshed', ...needed])
    t.comment(isKept ? 'the browser has kept the answer' : 'the browser has dropped the answer')
  },
)

scene('a server that is down, and up again, logs nobody out', async (t, { site, context }) => {
  await installClock(context)
  const tabs = await openTabs({ site, context }, 2)
  await logIn(tabs[0])
  site.clock.advance('11m')
  site.isStoreDown = true
  t.same(await eachOf(tabs, who), [503, 503], 'what is asked for is not to be had now')
  await site.stop()
  t.match(await eachOf(tabs, who), [/TypeError/, /TypeError/])
  await site.restart()
  site.isStoreDown = false
  // Longer than a tab waits until it asks again.
  await context.clock.fastForward(30_000)
  t.same(await eachOf(tabs, who), ['ada', 'ada'])
  t.notOk((await eachOf(tabs, seenBy)).flat().includes('signedout'))
  await staysSignedIn(t, site, tabs)
})

scene('a laptop may sleep, before a refresh and in the middle of it', async (t, { site, context }) => {
  await installClock(context)
  const tabs = await openTabs({ site, context }, 2)
  await logIn(tabs[0])
  const sleep = async (hours: number) => {
    site.clock.advance(hours * 3600)
    await context.clock.fastForward(hours * 3_600_000)
  }
  await sleep(8)
  t.same(await eachOf(tabs, who), ['ada', 'ada'])
  t.notOk(
    site.arrived.some(({ status }) => status === 401),
    'they know that the token has expired',
  )

  site.clock.advance('11m')
  const { answer, user } = await midRefresh(site, tabs[0])
  await sleep(60)
  answer.lose()
  t.match(await user, /TypeError|ClientError: .*timeout/, 'no request outlives that; a session does')
  await staysSignedIn(t, site, tabs)
})

scene('a device may change its date', async (t, { site, context }) => {
  await installClock(context)
  const tabs = await openTabs({ site, context }, 2)
  await logIn(tabs[0])
  for (const days of [-400, 30, 0]) {
    const arrived = site.arrived.length
    await context.clock.setSystemTime(Date.now() + days * 86_400_000)
    t.same(await eachOf(tabs, who), ['ada', 'ada'])
    t.same(
      site.arrived.slice(arrived).map(({ path }) => path),
      ['/me', '/me'],
      'which is no reason to refresh',
    )
    await staysSignedIn(t, site, tabs)
  }
})

/** One that can be set, for all tabs. Before it is first asked, its `timeOrigin` is -1: so that is done at once. */
async function installClock(context: BrowserContext) {
  await context.clock.install()
  await context.addInitScript(() => performance.now())
}

/** Asks for the user by a tab whose access token has expired, and holds the answer to its refresh. */
async function midRefresh(site: Site, tab: Tab) {
  const held = site.hold('/auth/refresh')
  // The tab may be gone by then.
  const user = who(tab).catch(error => `${error}`)
  return { answer: await held, user }
}

/** One session, for as long as its tabs go on refreshing. */
async function staysSignedIn(t: Test, site: Site, tabs: readonly Tab[]) {
  for (let round = 1; round <= 2; round++) {
    site.clock.advance('11m')
    t.same(
      await eachOf(tabs, who),
      tabs.map(() => 'ada'),
    )
  }
  t.equal((await site.sessions()).length, 1)
  t.notOk(site.events.includes('reused'))
}
