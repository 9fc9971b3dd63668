// A page of a sibling subdomain fills the cookie jar, or puts cookies of our names into it.
import type { Browser, BrowserContext } from 'playwright-core'
import t from 'tap'
import { launchBrowser } from '../helpers/browser.js'
import { startAttacker } from './attacker.js'
import { logIn, logOut, openTab, scenes, who } from './scene.js'
import { hosts, type Site } from './site.js'

const browser = await launchBrowser(t, { hosts })
const scene = scenes(browser)
const sibling = `http://evil.example.localhost:${await startAttacker(t)}/`

scene('our cookies outlive hundreds that a sibling plants', async (t, { site, context }) => {
  const tab = await openTab({ site, context })
  await logIn(tab)
  const before = await context.cookies()
  for (const domain of ['', '; Domain=example.localhost']) {
    const lines = Array.from({ length: 400 }, (_, index) => `planted${index}=x; Path=/; Secure${domain}`)
    await plant(context, lines)
    const after = await context.cookies()
    t.ok(after.length < 300, `the browser keeps ${after.length} of them`)
    t.same(
      after.filter(({ name }) => name.startsWith('__Host-')),
      before,
    )
    t.equal(await who(tab), 'ada')
  }
  site.clock.advance('11m')
  t.equal(await who(tab), 'ada', 'after a refresh')
})

/** Without `Secure` there is no prefix: as in a browser that does not know it. */
const withoutPrefix = { options: { cookie: { secure: false } } } as const

scene(
  'R17: without a prefix, garbage of a sibling logs nobody out',
  async (t, { site, context }) => {
    const tab = await openTab({ site, context })
    await logIn(tab)
    await plant(context, ofNames('garbage', 'garbage'))
    t.equal(await who(tab), 'ada')
    site.clock.advance('11m')
    t.equal(await who(tab), 'ada', 'after a refresh')
    const { cookie } = site.arrived.at(-1)?.headers ?? {}
    t.match(cookie, /(^|; )access_token=.*; access_token=/, 'both cookies came')
    t.notOk(site.reasons.includes('duplicate'))
    await logOut(tab)
    t.same(await site.sessions(), [])
  },
  withoutPrefix,
)

scene(
  'R17: without a prefix, nobody acts in the account whose cookies a sibling plants',
  async (t, { site, context }) => {
    const tab = await openTab({ site, context })
    await logIn(tab)
    await plant(context, ofNames(...(await tokensOf(browser, site, 'mallory'))))
    t.equal(await who(tab), 401)
    t.ok(site.reasons.includes('duplicate'))
    site.clock.advance('11m')
    t.equal(await who(tab), 401, 'nor when the access tokens have expired')
    t.equal((await site.sessions()).length, 1)
    await logOut(tab)
    t.same(await site.sessions(), [], 'the user can log out')
    t.same(await site.sessions('mallory'), [])
    t.equal(await who(tab), 401)
    // Scripts can read what was planted: those are no tokens of the user.
    await tab.close()
  },
  withoutPrefix,
)

/** @param lines as `document.cookie` takes them, in a page of the sibling */
async function plant(context: BrowserContext, lines: readonly string[]): Promise<void> {
  const page = await context.newPage()
  await page.goto(sibling)
  await page.evaluate(lines => {
    for (const line of lines) {
      // biome-ignore lint/suspicious/noDocumentCookie: as an attacker would, who has no use for a better way
      document.cookie = line
    }
  }, lines)
  await page.close()
}

function ofNames(access: string, refresh: string): string[] {
  return [`access_token=${access}`, `refresh_token=${refresh}`].map(
    pair => `${pair}; Path=/; Domain=example.localhost`,
  )
}

/** The access token and the refresh token of a login in another browser. */
async function tokensOf(browser: Browser, site: Site, subject: string): Promise<[string, string]> {
  const context = await browser.newContext()
  await logIn(await openTab({ site, context }), subject)
  const cookies = new Map((await context.cookies()).map(({ name, value }) => [name, value]))
  await context.close()
  return [cookies.get('access_token') ?? '', cookies.get('refresh_token') ?? '']
}
