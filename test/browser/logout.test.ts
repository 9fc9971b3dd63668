// Who logs out in one tab has done so in all, whether or not the server can be reached.
import t from 'tap'
import { launchBrowser } from '../helpers/browser.js'
import { eachOf, logIn, logOut, openTabs, scenes, seenBy, type Tab, who } from './scene.js'
import { hosts } from './site.js'

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

async function hasSeen(tab: Tab, type: string, times = 1): Promise<void> {
  await tab.waitForFunction(
    ([type, times]) =>
      (globalThis as unknown as { seen: string[] }).seen.filter(each => each === type).length === times,
    [type, times] as const,
  )
}
