// Tabs that share a cookie jar need each other for nothing: what they do at once is one session all the same.

import t from 'tap'
import { launchBrowser } from '../helpers/browser.js'
import { runs, some } from '../helpers/effort.js'
import { eachOf, logIn, openTab, openTabs, scenes, seenBy, type Tab, who } from './scene.js'
import { type Framework, frameworks, hosts } from './site.js'

const scene = scenes(await launchBrowser(t, { hosts }))

for (const framework of some(Object.keys(frameworks) as Framework[], 1)) {
  for (const without of [[], ['locks']] as const) {
    scene(
      `${framework}: tabs that expire at once with${without.length > 0 ? 'out' : ''} Web Locks stay signed in`,
      async (t, { site, context }) => {
        const tabs = await openTabs({ site, context }, 5)
        await logIn(tabs[0])
        await eachOf(tabs, hasMark)
        const [session] = await site.sessions()
        for (const count of [2, 5, 5]) {
          site.clock.advance('11m')
          t.same(await eachOf(tabs.slice(0, count), who), Array(count).fill('ada'), `${count} tabs`)
        }
        t.match(await site.sessions(), { length: 1, 0: { sid: session?.sid } })
        t.notOk(site.events.includes('reused'))
        t.notOk((await eachOf(tabs, seenBy)).flat().includes('signedout'))
      },
      { framework, without },
    )
  }
}

scene(
  'tabs that neither take turns nor hear of each other stay signed in, however often they race',
  async (t, { site, context }) => {
    const tabs = await openTabs({ site, context }, 5)
    await logIn(tabs[0])
    await eachOf(tabs, hasMark)
    for (let round = 1; round <= runs(6).numRuns; round++) {
      site.clock.advance('11m')
      t.same(await eachOf(tabs, who), Array(5).fill('ada'), `round ${round}`)
    }
    t.equal((await site.sessions()).length, 1)
    t.notOk(site.events.includes('reused'))
  },
  { without: ['locks', 'messages'] },
)

scene(
  'five refreshes with one token, whose answers arrive in any order, leave a cookie that is good',
  async (t, { site, context }) => {
    const tabs = await openTabs({ site, context }, 5)
    await logIn(tabs[0])
    await eachOf(tabs, hasMark)
    for (const order of [
      [4, 3, 2, 1, 0],
      [2, 0, 4, 1, 3],
      [0, 1, 2, 3, 4],
    ]) {
      site.clock.advance('11m')
      site.events.length = 0
      const held = Promise.all(tabs.map(() => site.hold('/auth/refresh')))
      const users = eachOf(tabs, who)
      const answers = await held
      for (const index of order) {
        await answers[index]?.deliver()
      }
      t.same(await users, Array(5).fill('ada'))
      t.same(
        site.events.filter(type => type !== 'refused').sort(),
        ['refreshed', ...Array(4).fill('reissued')].sort(),
      )
    }
    t.equal((await site.sessions()).length, 1)
  },
  { without: ['locks', 'messages'] },
)

scene('of five tabs that take turns, one refreshes as a rule', async (t, { site, context }) => {
  const tabs = await openTabs({ site, context }, 5)
  await logIn(tabs[0])
  const held = site.hold('/auth/refresh')
  site.clock.advance('11m')
  const users = eachOf(tabs, who)
  const answer = await held
  // All that the others ask is answered before.
  while (site.arrived.filter(({ path, status }) => path === '/me' && status === 401).length < 5) {
    await new Promise(setImmediate)
  }
  await answer.deliver()
  t.same(await users, Array(5).fill('ada'))
  const refreshes = site.arrived.filter(({ path }) => path === '/auth/refresh').length
  // The turn may come before the news that it is not needed any more.
  t.ok(refreshes <= 3, `${refreshes} refreshes`)
  for (const seen of await eachOf(tabs, seenBy)) {
    t.same(seen.slice(0, 2), ['signedin', 'refreshed'], 'each tab is told')
  }
})

scene('a tab that is frozen in its turn stops the others for three seconds', async (t, { site, context }) => {
  const [frozen, other] = await openTabs({ site, context }, 2)
  await logIn(frozen)
  site.clock.advance('11m')
  const held = site.hold('/auth/refresh')
  const late = who(frozen)
  const answer = await held
  const devtools = await context.newCDPSession(frozen)
  await devtools.send('Page.setWebLifecycleState', { state: 'frozen' })
  const start = performance.now()
  t.equal(await who(other), 'ada')
  const waited = performance.now() - start
  t.ok(waited > 2500 && waited < 8000, `${Math.round(waited)} ms`)
  // It wakes up, and its own answer arrives at last: the older one of two siblings.
  await devtools.send('Page.setWebLifecycleState', { state: 'active' })
  await answer.deliver()
  t.equal(await late, 'ada')
  for (let round = 1; round <= 2; round++) {
    site.clock.advance('11m')
    t.same(await eachOf([frozen, other], who), ['ada', 'ada'])
  }
  t.equal((await site.sessions()).length, 1)
  t.notOk(site.events.includes('reused'))
})

scene('a client with tokens in memory is a session of its own', async (t, { site, context }) => {
  const tabs = [
    await openTab({ site, context }, '?transport=body'),
    await openTab({ site, context }, '?transport=body'),
  ] as const
  await logIn(tabs[0], 'ada', 'body')
  t.equal(await who(tabs[1]), 401)
  await logIn(tabs[1], 'ada', 'body')
  t.equal((await site.sessions()).length, 2)
  for (let round = 1; round <= 2; round++) {
    site.clock.advance('11m')
    t.same(await eachOf(tabs, who), ['ada', 'ada'])
  }
  t.same(await context.cookies(), [])
  await tabs[0].reload()
  t.same(await eachOf(tabs, who), [401, 'ada'], 'which a reload forgets')
})

/** Storage reaches the processes of other tabs a moment later. A request that is under way then belongs to nobody. */
async function hasMark(tab: Tab): Promise<void> {
  await tab.waitForFunction(() => Object.keys(localStorage).some(key => key.startsWith('tokenratchet ')))
}
