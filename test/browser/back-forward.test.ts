// A page that was left, and comes back as it was: what happened meanwhile, it has not heard.
import t from 'tap'
import { launchBrowser } from '../helpers/browser.js'
import { logIn, logOut, openTab, scenes, seenBy, type Tab, who } from './scene.js'
import { hosts } from './site.js'

const scene = scenes(await launchBrowser(t, { hosts, keepsPages: true }))

for (const [deed, isHeard] of [
  ['a log-out', true],
  ['a log-out', false],
  ['nothing', true],
] as const) {
  scene(
    `a page comes back after ${deed} in another tab${isHeard ? '' : ', of which it was not told'}`,
    async (t, { site, context }) => {
      const tab = await openTab({ site, context })
      await logIn(tab)
      await leave(tab, new URL('/public', site.url).href)
      const other = await openTab({ site, context })
      t.equal(await who(other), 'ada')
      if (deed === 'a log-out') {
        await logOut(other)
      }
      const before = site.arrived.length
      const isKept = await comeBack(tab)
      // A browser drops a page that it would have to tell something.
      t.ok(isKept || isHeard)
      if (isKept) {
        t.same(await seenBy(tab), deed === 'nothing' ? ['signedin'] : ['signedin', 'signedout'])
        t.equal(site.arrived.length, before, 'without a request')
      }
      t.equal(await who(tab), deed === 'nothing' ? 'ada' : 401)
    },
    { without: isHeard ? [] : ['messages'] },
  )
}

async function leave(tab: Tab, url: string): Promise<void> {
  await tab.evaluate(() => {
    Object.assign(globalThis, { wasHere: true })
  })
  await tab.goto(url)
}

/** @returns whether the page is the same as before */
async function comeBack(tab: Tab): Promise<boolean> {
  await tab.goBack({ waitUntil: 'commit' })
  await tab.waitForFunction(() => 'client' in globalThis)
  return tab.evaluate(() => 'wasHere' in globalThis)
}
