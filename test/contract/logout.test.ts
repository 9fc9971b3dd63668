import { Browser, essence, names } from './http.js'
import { cleared, logouts } from './logouts.js'
import { rule, stateOf } from './rule.js'

for (const { url, status, text, headers } of logouts) {
  rule(`R11: ${url} ends refresh and access, and clears the cookies`, async (t, world) => {
    const app = await world.start()
    const browser = new Browser(app)
    await browser.login('ada')
    const copy = browser.copy()
    t.equal((await copy.get('/me')).status, 200)
    t.strictSame(essence(await browser.post(url)), {
      status,
      headers: { 'cache-control': 'no-store', 'set-cookie': cleared, ...headers },
      text,
    })
    t.equal(browser.cookies.size, 0)
    t.same(await stateOf(app, 'ada'), [])
    t.match((await copy.get('/me')).headers, { 'www-authenticate': /The access token has been revoked/ })
    t.equal((await copy.post('/auth/refresh')).status, 400)
    t.match(world.events.slice(0, 2), [{ type: 'issued' }, { type: 'revoked', reason: 'revoke' }])
  })

  rule(`${url} ends one session: those of other devices and users go on`, async (t, world) => {
    const app = await world.start()
    const [browser, phone, grace] = [new Browser(app), new Browser(app), new Browser(app)]
    await browser.login('ada')
    await phone.login('ada')
    await grace.login('grace')
    await browser.post(url)
    t.same((await phone.get('/me')).json(), { user: 'ada' })
    t.same((await grace.get('/me')).json(), { user: 'grace' })
    t.equal((await phone.post('/auth/refresh')).status, 200)
  })

  rule(`${url} works whatever cookies are left`, async (t, world) => {
    const app = await world.start()
    /** What came with the request, and whether the session is over then. */
    const rows: Record<string, [leave: (browser: Browser) => void, ends: boolean]> = {
      'an expired access token': [() => world.clock.advance('11m'), true],
      'only the refresh cookie': [({ cookies }) => cookies.delete(names.access), true],
      'only the access cookie': [({ cookies }) => cookies.delete(names.refresh), true],
      'a forged refresh cookie': [({ cookies }) => cookies.set(names.refresh, 'x'), true],
      'a forged access cookie': [({ cookies }) => cookies.set(names.access, 'x'), true],
      'only an expired access cookie': [
        ({ cookies }) => cookies.delete(names.refresh) && world.clock.advance('11m'),
        false,
      ],
      'no cookie at all': [({ cookies }) => cookies.clear(), false],
    }
    for (const [what, [leave, ends]] of Object.entries(rows)) {
      const browser = new Browser(app)
      await browser.login(what)
      leave(browser)
      const answer = await browser.post(url)
      t.equal(answer.status, status, what)
      t.strictSame(answer.cookies, cleared, 'the cookies are cleared in any case')
      t.equal((await stateOf(app, what)).length, ends ? 0 : 1)
    }
  })
}

rule(
  'R11: cookies of two sessions, which no login leaves behind, are two sessions that end',
  async (t, world) => {
    const app = await world.start()
    const [ada, grace] = [new Browser(app), new Browser(app)]
    await ada.login('ada')
    await grace.login('grace')
    const mixed = ada.copy()
    mixed.cookies.set(names.refresh, grace.cookies.get(names.refresh) ?? '')
    t.equal((await mixed.post('/auth/logout')).status, 204)
    t.same(await stateOf(app, 'ada', 'grace'), [])
  },
)

rule('a login in the handler that logged out comes out on top', async (t, world) => {
  const app = await world.start(
    {},
    {
      routes: [
        {
          method: 'POST',
          path: '/switch',
          async handle({ issueTokens, revokeTokens }) {
            await revokeTokens()
            return { body: await issueTokens({ subject: 'grace' }) }
          },
        },
      ],
    },
  )
  const browser = new Browser(app)
  await browser.login('ada')
  const answer = await browser.post('/switch')
  t.same(
    answer.cookies.map(line => line.split('=', 1)[0]),
    [names.access, names.refresh],
    'each cookie is set once (RFC 6265 section 4.1.1)',
  )
  t.same((await browser.get('/me')).json(), { user: 'grace' })
  t.same(await stateOf(app, 'ada'), [])
})
