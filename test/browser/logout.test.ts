// Who logs out in one tab has done so in all, whether or not the server can be reached.
import type { Client } from '@tokenratchet/client'
import t from 'tap'
import { launchBrowser } from '../helpers/browser.js'
import { eachOf, logIn, logOut, openTab, openTabs, scenes, seenBy, type Tab, who } from './scene.js'
import { hosts } from './site.js'

/** Of the page, for functions that are evaluated there. */
declare const client: Client

const scene = scenes(await launchBrowser(t, { hosts }))

scene('a log-out reaches the other tabs, once', async (t, { site, context }) => {
  const tabs = await openTabs({ site, context }, 3)
  await logIn(tabs[0])
  await eachOf(tabs, tab => hasSeen(tab, 'signedin'))
  await logOut(tabs[0])
  await eachOf(tabs, tab => hasSeen(tab, 'signedout'))
  t.same(await context.cookies(), [])
  t.same(await site.sessions(), [])
  const before = site.arrived.length
  t.same(await eachOf(tabs, who), [401, 401, 401])
  t.same(await eachOf(tabs, who), [401, 401, 401])
  const refreshes = site.arrived.slice(before).filter(({ path }) => path === '/auth/refresh')
  t.ok(refreshes.length <= tabs.length, 'and nobody goes on asking for tokens')
  t.same(await eachOf(tabs, seenBy), Array(3).fill(['signedin', 'signedout']))
  await logIn(tabs[1], 'grace')
  await eachOf(tabs, tab => hasSeen(tab, 'signedin', 2))
  t.same(await eachOf(tabs, who), ['grace', 'grace', 'grace'], 'the next login does, too')
})

scene('a log-out without a network takes effect as soon as there is one', async (t, { site, context }) => {
  const tabs = await openTabs({ site, context }, 2)
  await logIn(tabs[0])
  await context.setOffline(true)
  await logOut(tabs[0])
  await hasSeen(tabs[1], 'signedout')
  t.match(await eachOf(tabs, who), [/TypeError/, /TypeError/])
  t.equal((await site.sessions()).length, 1)
  await context.setOffline(false)
  t.equal(await who(tabs[0]), 401, 'never asked for the user who has left')
  t.same(await site.sessions(), [])
  t.same(await context.cookies(), [])
})

scene('a log-out without a network outlives the page', async (t, { site, context }) => {
  const [tab, other] = await openTabs({ site, context }, 2)
  await logIn(tab)
  await context.setOffline(true)
  await logOut(tab)
  await tab.close()
  await context.setOffline(false)
  const told = site.hold('/auth/logout')
  await other.reload()
  await (await told).deliver()
  t.equal(await who(other), 401)
  t.same(await site.sessions(), [])
  t.same(await context.cookies(), [])
})

scene(
  'a log-out is sent though a script clears the storage as soon as it hears of it',
  async (t, { site, context }) => {
    const tabs = await openTabs({ site, context }, 2)
    await logIn(tabs[0])
    await eachOf(tabs, tab =>
      tab.evaluate(() => client.addEventListener('signedout', () => localStorage.clear())),
    )
    await logOut(tabs[0])
    t.same(await site.sessions(), [])
    t.same(await context.cookies(), [])
    await tabs[1].reload()
    t.same(await eachOf(tabs, who), [401, 401])
  },
)

scene(
  'a page may be left in the same moment, though a frozen tab has the turn',
  async (t, { site, context }) => {
    const [tab, frozen] = await openTabs({ site, context }, 2)
    await logIn(tab)
    await frozen.evaluate(url => {
      void navigator.locks.request(`tokenratchet ${url}`, () => new Promise(() => {}))
    }, new URL('/auth/refresh', site.url).href)
    const told = site.hold('/auth/logout')
    await tab.evaluate(() => {
      void client.logout()
      location.assign('/public')
    })
    await (await told).deliver()
    await frozen.close()
    await tab.waitForURL('**/public')
    await tab.goto(site.url)
    t.equal(await who(tab), 401)
    t.same(await site.sessions(), [])
    t.same(await context.cookies(), [])
  },
)

for (const where of ['the same tab', 'another tab']) {
  scene(
    `a log-in in ${where} waits for a slow log-out, whose late answer does not clear the cookies`,
    async (t, { site, context }) => {
      await context.clock.install()
      const [tab, other] = await openTabs({ site, context }, 2)
      const next = where === 'the same tab' ? tab : other
      await logIn(tab)
      await hasSeen(other, 'signedin')
      const held = site.hold('/auth/logout')
      const left = logOut(tab)
      const late = await held
      await hasSeen(other, 'signedout')
      const again = site.hold('/auth/logout')
      const login = logIn(next, 'grace')
      await next.evaluate(() => new Promise(resolve => setTimeout(resolve)))
      t.equal(site.arrived.filter(({ path }) => path === '/login').length, 1, 'it waits')
      await context.clock.fastForward(10_500)
      await left
      if (next === other) {
        // The server has not answered: the tab that logs in tells it itself.
        await (await again).deliver()
      }
      await login
      await late.deliver()
      t.same(await eachOf([tab, other], who), ['grace', 'grace'])
      t.equal((await site.sessions('grace')).length, 1)
      t.same(await site.sessions(), [])
    },
  )
}

scene(
  'requests of the page that use the quota of keepalive up stop no refresh',
  async (t, { site, context }) => {
    const tab = await openTab({ site, context })
    await logIn(tab)
    const held = site.hold('/quota')
    await tab.evaluate(() => {
      const init = { method: 'POST', keepalive: true, body: new Uint8Array(64 * 1024 - 4) }
      void fetch('/quota', init).catch(() => {})
    })
    const answer = await held
    const refused = await tab.evaluate(() =>
      fetch('/more', { method: 'POST', keepalive: true, body: '12345' }).catch(error => `${error}`),
    )
    t.match(refused, /TypeError/, 'there is no quota left')
    site.clock.advance('11m')
    t.equal(await who(tab), 'ada')
    await logOut(tab)
    t.same(await site.sessions(), [])
    await answer.deliver()
  },
)

async function hasSeen(tab: Tab, type: string, times = 1): Promise<void> {
  await tab.waitForFunction(
    ([type, times]) =>
      (globalThis as unknown as { seen: string[] }).seen.filter(each => each === type).length === times,
    [type, times] as const,
  )
}
