// What a browser makes of the cookies, and what scripts see of them: nothing.
import t from 'tap'
import { launchBrowser } from '../helpers/browser.js'
import { complaintsOf, leaks, logIn, openTab, scenes, who } from './scene.js'
import { hosts, startSite } from './site.js'

const browser = await launchBrowser(t, { hosts })
const scene = scenes(browser)

scene('cookies are for this host, all its paths, and no script', async (t, { site, context }) => {
  const tab = await openTab({ site, context })
  await logIn(tab)
  const cookies = (await context.cookies()).sort((one, other) => one.name.localeCompare(other.name))
  t.match(
    cookies.map(({ value, expires, ...rest }) => rest),
    ['__Host-access_token', '__Host-refresh_token'].map(name => ({
      name,
      // No dot in front: other hosts of the domain don't get it.
      domain: 'app.example.localhost',
      path: '/',
      httpOnly: true,
      secure: true,
      sameSite: 'Lax',
    })),
  )
  for (const { name, expires } of cookies) {
    const days = (expires - Date.now() / 1000) / 86_400
    t.ok(days > 13.9 && days < 14.1, `${name} is kept for ${days.toFixed(2)} days`)
  }
  t.equal(await tab.evaluate(() => document.cookie), '')
  t.same(await tab.evaluate(() => cookieStore.getAll()), [])
})

scene('no script can read what set them, nor replace or clear them', async (t, { site, context }) => {
  const tab = await openTab({ site, context })
  await logIn(tab)
  const before = await context.cookies()
  const header = await tab.evaluate(async () => {
    const response = await fetch('/auth/refresh', { method: 'POST' })
    return response.headers.get('set-cookie')
  })
  t.equal(header, null)
  const after = await context.cookies()
  t.notSame(after, before)
  await tab.evaluate(() => {
    for (const name of ['__Host-access_token', '__Host-refresh_token']) {
      // biome-ignore lint/suspicious/noDocumentCookie: the way that is tested
      document.cookie = `${name}=planted; Path=/; Secure`
      // biome-ignore lint/suspicious/noDocumentCookie: the way that is tested
      document.cookie = `${name}=; Path=/; Secure; Max-Age=0`
    }
  })
  t.same(await context.cookies(), after)
  t.equal(await who(tab), 'ada')
})

scene('tokens in memory are there for the client alone', async (t, { site, context }) => {
  const tab = await openTab({ site, context }, '?transport=body')
  await logIn(tab, 'ada', 'body')
  site.clock.advance('11m')
  t.equal(await who(tab), 'ada')
  t.same(await context.cookies(), [])
  const client = await tab.evaluate(() => {
    const { client } = globalThis as unknown as { client: object }
    return JSON.stringify([Object.entries(client), Object.keys(globalThis)])
  })
  t.notOk([...site.tokens].some(token => client.includes(token)))
})

t.test('the other tests would notice a token, a violated policy or an error', async t => {
  const site = await startSite(t)
  const context = await browser.newContext()
  t.teardown(() => context.close())
  const complaints = complaintsOf(context)
  const tab = await openTab({ site, context })
  await logIn(tab)
  t.same(await leaks(site, context), [])
  await tab.evaluate(token => localStorage.setItem('token', token), [...site.tokens][0] ?? '')
  t.equal((await leaks(site, context)).length, 1)
  t.same(complaints, [])
  const events = Promise.all([context.waitForEvent('console'), context.waitForEvent('weberror')])
  await tab.evaluate(() => {
    new Image().src = '//evil.example.localhost/pixel'
    setTimeout(() => {
      throw new Error('of the page')
    })
  })
  await events
  t.match(complaints.sort(), [/of the page/, /pixel/])
})
