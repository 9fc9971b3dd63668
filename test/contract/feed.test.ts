// Two applications on one store.
import { Browser } from './http.js'
import { rule } from './rule.js'

rule(
  'R11: a logout reaches the other application by the feed, and a late one knows at its start',
  async (t, world) => {
    const [one, other] = [await world.start(), await world.start()]
    const here = new Browser(one)
    await here.login('ada')
    const there = new Browser(other, here.cookies)
    t.equal((await there.get('/me')).status, 200)
    await here.post('/auth/logout')
    const since = performance.now()
    while ((await there.get('/me')).status === 200) {
      // It asks each second; a busy machine answers when it can. The figures are in docs/guarantees.md.
      if (performance.now() - since > 10_000) {
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

rule('at the start of an application, routes wait for what others have revoked', async (t, world) => {
  const first = await world.start()
  const thief = new Browser(first)
  await thief.login('ada')
  const owner = new Browser(first)
  await owner.login('ada')
  await thief.copy().post('/auth/logout')
  // Slow to answer: the application begins before it knows.
  const { revokedSince } = world.store
  const slow = {
    ...world.store,
    revokedSince: async (...asked: Parameters<typeof revokedSince>) => {
      await new Promise(resolve => setTimeout(resolve, 300))
      return revokedSince(...asked)
    },
  }
  const late = await world.start({ store: slow })
  const there = new Browser(late, thief.cookies)
  const sids = (await late.tokens.sessions('ada')).map(({ sid }) => sid)
  const answers = await Promise.all([
    there.get('/me'),
    there.get('/auth/sessions'),
    there.send({ method: 'DELETE', url: `/auth/sessions/${sids[0]}` }),
    there.post('/auth/logout-all'),
  ])
  t.same(
    answers.map(({ status }) => status),
    [401, 401, 401, 401],
  )
  t.equal((await late.tokens.sessions('ada')).length, 1)
})

rule(
  'R34: a token whose session is gone, which nothing has announced, lists and ends no session',
  async (t, world) => {
    const app = await world.start()
    const { accessToken, sid } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
    await app.tokens.issue({ subject: 'ada', transport: 'body' })
    const store = world.store
    const lossy = {
      ...store,
      find: async (ref: { subjectHash: string; sid: string }) =>
        ref.sid === sid ? { now: 0, session: undefined, announced: undefined } : store.find(ref),
    }
    const other = await world.start({ store: lossy })
    const headers = { authorization: `Bearer ${accessToken}` }
    const browser = new Browser(other)
    for (const sent of [{ url: '/auth/sessions' }, { method: 'POST', url: '/auth/logout-all' }]) {
      t.equal((await browser.send({ ...sent, headers })).status, 401)
    }
    t.equal((await browser.send({ url: '/me', headers })).status, 200, 'as nobody has ended it')
    t.equal((await app.tokens.sessions('ada')).length, 2)
  },
)

rule(
  'R34: what the store announces is a decision: a request that asked the store makes it known to all',
  async (t, world) => {
    const app = await world.start()
    const { accessToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
    // The feed is silent: what this application knows comes from its own questions.
    const silent = {
      ...world.store,
      revokedSince: async () => ({ revoked: [], cursor: '', isContinuous: true, hasMore: false }),
    }
    const other = await world.start({ store: silent })
    const headers = { authorization: `Bearer ${accessToken}` }
    const browser = new Browser(other)
    t.equal((await browser.send({ url: '/auth/sessions', headers })).status, 200)
    await app.tokens.revoke({ token: accessToken })
    t.equal((await browser.send({ url: '/me', headers })).status, 200, 'it has not heard of it')
    t.equal((await browser.send({ url: '/auth/sessions', headers })).status, 401)
    t.equal((await browser.send({ url: '/me', headers })).status, 401, 'now it has')
    t.match(world.events.at(-1), { type: 'refused', credential: 'access_token', reason: 'revoked' })
  },
)
