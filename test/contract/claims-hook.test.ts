import { Browser, essence, names } from './http.js'
import { rule } from './rule.js'

rule(
  'the claims hook: false ends the session, and the answer is the same as for any dead token',
  async (t, world) => {
    let disabled = false
    const app = await world.start({ claims: () => (disabled ? false : undefined) })
    const browser = new Browser(app)
    await browser.login('ada')
    t.equal((await browser.post('/auth/refresh')).status, 200)
    disabled = true
    const answer = await browser.post('/auth/refresh')
    t.match(world.events.at(-1), { type: 'revoked', reason: 'disabled' })
    const dead = await new Browser(app, [[names.refresh, 'garbage']]).post('/auth/refresh')
    t.equal(answer.status, 400)
    t.strictSame(essence(answer), essence(dead))
    t.same(answer.cookies, [])
    disabled = false
    t.equal((await browser.post('/auth/refresh')).status, 400, 'it does not come back')
    t.equal((await browser.get('/me')).status, 401)
  },
)

rule('the claims hook: a throw is a 503, and the same refresh token works afterwards', async (t, world) => {
  const faults: Record<string, () => object> = {
    'a throw': () => {
      throw new Error('the database of users is down')
    },
    'a rejection': () => Promise.reject(new Error('the database of users is down')),
    'an answer that is no claims': () => ({ sub: 'mallory' }),
    'an answer that no cookie can hold': () => ({ text: 'x'.repeat(4096) }),
  }
  let fault: (() => object) | undefined
  const app = await world.start({ claims: () => fault?.() ?? { role: 'admin' } })
  const browser = new Browser(app)
  await browser.login('ada')
  for (const [what, thrower] of Object.entries(faults)) {
    const before = new Map(browser.cookies)
    fault = thrower
    const answer = await browser.post('/auth/refresh')
    t.equal(answer.status, 503, what)
    t.match(answer.headers, { 'retry-after': /^[1-9]\d*$/ })
    t.same(answer.cookies, [])
    t.notMatch(answer.text, /database/)
    t.match(world.events.at(-1), { type: 'claims_unavailable', subject: 'ada' })
    t.same(browser.cookies, before)
    fault = undefined
    t.equal((await browser.post('/auth/refresh')).status, 200, 'the same token')
    t.match(app.tokens.verify(browser.cookies.get(names.access) ?? ''), { sub: 'ada', role: 'admin' })
  }
})
