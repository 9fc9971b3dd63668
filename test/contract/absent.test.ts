// A store that does not know the sessions for a moment: an empty server, the wrong one, a replica that is behind.
import { memoryStore, type Store } from '@tokenratchet/core'
import { stillClock } from '../helpers/still-clock.js'
import type { AppRoute } from './app.js'
import { Browser, type Sent } from './http.js'
import { rule, stateOf, type World } from './rule.js'

const fresh: AppRoute = {
  method: 'GET',
  path: '/fresh',
  auth: { introspect: true },
  handle: ({ user }) => ({ body: { user: user?.sub } }),
}

/** The store of the world, or an empty one in its place. */
function switching({ store, clock }: World): { store: Store; isEmpty: boolean } {
  const empty = memoryStore({ now: clock.now })
  const made = {
    isEmpty: false,
    store: new Proxy(store, { get: (right, name) => Reflect.get(made.isEmpty ? empty : right, name) }),
  }
  return made
}

/** All routes that ask the store whether the session is there. */
const asked = (otherSid: string, ownSid: string): readonly Sent[] => [
  { url: '/fresh' },
  { url: '/auth/sessions' },
  { method: 'DELETE', url: `/auth/sessions/${otherSid}` },
  { method: 'DELETE', url: `/auth/sessions/${ownSid}` },
  { method: 'POST', url: '/auth/logout-all' },
  { method: 'POST', url: '/auth/logout-all', payload: { except: 'current' } },
]

rule(
  'R34: a session that the store did not know for a moment is refused then, and lives on',
  async (t, world) => {
    const clock = stillClock(t, 2)
    const made = switching(world)
    const store = clock.watched(made.store)
    const [one, other] = [await world.start({ store }, { routes: [fresh] }), await world.start({ store })]
    await Promise.all([one.tokens.ready(), other.tokens.ready()])
    const [laptop, phone] = [new Browser(one), new Browser(one)]
    await laptop.login('ada')
    const ownSid = (await stateOf(one, 'ada'))[0]?.sid ?? ''
    await phone.login('ada')
    const otherSid = (await stateOf(one, 'ada')).find(({ sid }) => sid !== ownSid)?.sid ?? ''
    world.events.length = 0

    made.isEmpty = true
    const cookies = new Map(laptop.cookies)
    for (const sent of asked(otherSid, ownSid)) {
      const answer = await laptop.send(sent)
      t.equal(answer.status, 401, sent.url)
      t.match(answer.headers['www-authenticate'], /^Bearer error="invalid_token", .*revoked/)
      t.match(world.events.at(-1), { type: 'refused', reason: 'absent', sid: ownSid })
    }
    t.equal((await laptop.post('/auth/refresh')).status, 400)
    t.match(world.events.at(-1), { type: 'refused', credential: 'refresh_token', reason: 'unknown' })
    t.same(laptop.cookies, cookies, 'no answer sets or clears a cookie')
    t.same((await laptop.get('/me')).json(), { user: 'ada' }, 'a guard that does not ask the store goes on')

    made.isEmpty = false
    const before = await stateOf(one, 'ada')
    t.equal(before.length, 2)
    await clock.pass(62)
    t.same(await stateOf(one, 'ada'), before)
    t.same((await world.store.revokedSince()).revoked, [], 'nothing is announced')
    t.same(new Set(world.events.map(({ type }) => type)), new Set(['refused']))
    for (const browser of [laptop, phone]) {
      t.equal((await browser.get('/fresh')).status, 200)
      t.equal((await new Browser(other, browser.cookies).get('/me')).status, 200)
      t.equal((await browser.post('/auth/refresh')).status, 200)
    }
  },
)
