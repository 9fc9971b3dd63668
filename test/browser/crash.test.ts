// A browser writes cookies down every half a minute: one that crashes comes back with older ones.
import { cp } from 'node:fs/promises'
import t from 'tap'
import { killBrowser, launchProfile } from '../helpers/browser.js'
import { complaintsOf, leaks, logIn, openTab, who } from './scene.js'
import { hosts, startSite } from './site.js'

t.test('a browser that is killed after a refresh, and started again, is signed in', async t => {
  const site = await startSite(t)
  const folder = t.testdir()
  const before = `${folder}/before`
  const crashed = `${folder}/crashed`
  const start = (profile: string) => launchProfile(t, profile, { hosts })

  const first = await start(crashed)
  const complaints = complaintsOf(first)
  await logIn(await openTab({ site, context: first }))
  t.same(await leaks(site, first), [])
  const [login] = await first.cookies()
  await first.close()
  await cp(crashed, before, { recursive: true })

  const second = await start(crashed)
  site.clock.advance('11m')
  t.equal(await who(await openTab({ site, context: second })), 'ada')
  const [refreshed] = await second.cookies()
  t.not(refreshed?.value, login?.value)
  await killBrowser(second)

  // What it wrote until then is up to the browser; of the other one it is known that it wrote nothing.
  for (const profile of [crashed, before]) {
    const context = await start(profile)
    const [cookie] = await context.cookies()
    t.comment(cookie?.value === refreshed?.value ? 'The last cookies are there' : 'The cookies are older')
    t.ok(profile === crashed || cookie?.value === login?.value)
    const tab = await openTab({ site, context })
    t.equal(await who(tab), 'ada')
    t.equal((await site.sessions()).length, 1)
    t.same(await leaks(site, context), [])
    await context.close()
  }
  t.notOk(site.events.includes('reused'))
  t.same(complaints, [])
})
