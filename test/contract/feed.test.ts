// Two applications on one store.
import { Browser } from './http.js'
import { rule } from './rule.js'

rule(
  'R11: a logout reaches the other application within 1.5 s, and a late one knows at its start',
  async (t, world) => {
    const [one, other] = [await world.start(), await world.start()]
    const here = new Browser(one)
    await here.login('ada')
    const there = new Browser(other, here.cookies)
    t.equal((await there.get('/me')).status, 200)
    await here.post('/auth/logout')
    const since = performance.now()
    while ((await there.get('/me')).status === 200) {
      if (performance.now() - since > 1500) {
        t.fail('it has not heard of it')
        return
      }
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    t.match((await there.get('/me')).json(), { code: 'ERR_ACCESS_TOKEN_REVOKED' })
    const late = await world.start()
    t.match((await new Browser(late, there.cookies).get('/me')).json(), { code: 'ERR_ACCESS_TOKEN_REVOKED' })
  },
)

rule('with onStale reject, guards answer 503 once the store was silent for too long', async (t, world) => {
  world.store.isDown = true
  const app = await world.start({ onStale: 'reject' })
  world.store.isDown = false
  const { accessToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  const browser = new Browser(app)
  const ask = (url: string) => browser.send({ url, headers: { authorization: `Bearer ${accessToken}` } })
  const answer = await ask('/me')
  t.equal(answer.status, 503)
  t.equal(answer.headers['retry-after'], '1')
  t.equal((await ask('/maybe')).status, 503)
  t.equal((await ask('/public')).status, 200)
  t.match(world.events.at(-1), { type: 'refused', credential: 'access_token', reason: 'stale' })
})
