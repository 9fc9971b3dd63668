import { Browser, essence, names } from './http.js'
import { logouts } from './logouts.js'
import { rule, stateOf } from './rule.js'

for (const { url, status, text, headers } of logouts) {
  rule(
    `${url} with a Bearer token ends its session, and leaves cookies and their session alone`,
    async (t, world) => {
      const app = await world.start()
      const browser = new Browser(app)
      await browser.login('ada')
      const { accessToken } = await app.tokens.issue({ subject: 'grace', transport: 'body' })
      const bearer = { method: 'POST', url, headers: { authorization: `Bearer ${accessToken}` } }
      const expected = { status, headers: { 'cache-control': 'no-store', ...headers }, text }
      t.strictSame(essence(await browser.send(bearer)), expected)
      t.same(await stateOf(app, 'grace'), [])
      t.same((await browser.get('/me')).json(), { user: 'ada' })
      t.strictSame(essence(await browser.send(bearer)), expected, 'that it has ended already is no error')
      t.same((await browser.get('/me')).json(), { user: 'ada' })
    },
  )

  rule(`R14: ${url} refuses a Bearer that is none, and ends no session`, async (t, world) => {
    const app = await world.start()
    const { accessToken: expired } = await app.tokens.issue({ subject: 'ada' })
    world.clock.advance('11m')
    const browser = new Browser(app)
    await browser.login('grace')
    const rows: [authorization: string, status: number][] = [
      ['Bearer', 400],
      ['Bearer two words', 400],
      ['Bearer garbage', 401],
      [`Bearer ${expired}`, 401],
      [`Bearer ${browser.cookies.get(names.refresh)}`, 401],
    ]
    for (const [authorization, status] of rows) {
      const answer = await browser.send({ method: 'POST', url, headers: { authorization } })
      t.equal(answer.status, status, authorization.slice(0, 20))
      t.same(answer.cookies, [])
    }
    t.equal((await browser.get('/me')).status, 200)
    t.equal((await stateOf(app, 'ada', 'grace')).length, 2)
  })
}
