import { memoryStore, type Store, type StoredSession, StoreUnavailableError } from '@tokenratchet/core'
import { fakeClock } from '@tokenratchet/core/testing'
import t from 'tap'
import { Revocations } from '#internal/sessions/revocations'
import { setup } from './setup.js'

const unavailable = {
  name: 'StoreUnavailableError',
  code: 'ERR_STORE_UNAVAILABLE',
  status: 503,
  headers: { 'retry-after': '1' },
}

/** A store that can be switched off, before or after it has done what it was asked. */
function failing(store: Store): { store: Store; failure: 'none' | 'before' | 'after' | 'throws' } {
  const self = { store, failure: 'none' as 'none' | 'before' | 'after' | 'throws' }
  const names = Object.keys(store) as (keyof Store)[]
  const method =
    (name: keyof Store) =>
    (...args: unknown[]) => {
      const ask = store[name] as (...args: unknown[]) => Promise<unknown>
      if (self.failure === 'throws') {
        throw new TypeError('a fault in a store')
      }
      const lost = (): never => {
        throw new Error('connection lost')
      }
      return self.failure === 'before'
        ? Promise.reject(new Error('no connection'))
        : ask(...args).then(answer => (self.failure === 'after' ? lost() : answer))
    }
  self.store = Object.fromEntries(names.map(name => [name, method(name)])) as unknown as Store
  return self
}

for (const failure of ['before', 'after', 'throws'] as const) {
  t.test(
    `R26: a store that fails (${failure}) is 503 for every verb that asks it, with one event each`,
    async t => {
      const clock = fakeClock()
      const faulty = failing(memoryStore({ now: clock.now }))
      const { tokens, told } = setup({ store: faulty.store, now: clock.now })
      const { accessToken, refreshToken, sid } = await tokens.issue({ subject: 'ada' })
      told()
      faulty.failure = failure
      const asking: Record<string, () => Promise<unknown>> = {
        issue: () => tokens.issue({ subject: 'ada' }),
        refresh: () => tokens.refresh(refreshToken),
        introspect: () => tokens.introspect(accessToken),
        sessions: () => tokens.sessions('ada'),
      }
      for (const [verb, ask] of Object.entries(asking)) {
        await t.rejects(ask(), unavailable, verb)
      }
      t.same(
        told(),
        Object.keys(asking).map(() => 'store_unavailable'),
      )
      t.ok(tokens.verify(accessToken), 'guarded requests go on')
      faulty.failure = 'none'
      t.ok(await tokens.refresh(refreshToken), 'R27: the same token works afterwards')
      faulty.failure = failure
      for (const revocation of [{ token: refreshToken }, { subject: 'ada', sid }]) {
        await t.rejects(tokens.revoke(revocation), unavailable)
      }
      await t.rejects(tokens.revokeAll('ada'), unavailable)
      t.ok(tokens.verify(accessToken), 'not told as revoked what may not be')
    },
  )
}

t.test(
  'a login that replaces the session of another subject leaves no session behind when it fails',
  async t => {
    const { store } = setup()
    let broken = true
    const faulty: Store = {
      ...store,
      delete: (ref, how) => (broken ? Promise.reject(new Error('no connection')) : store.delete(ref, how)),
    }
    const { tokens } = setup({ store: faulty })
    const { refreshToken } = await tokens.issue({ subject: 'ada' })
    await t.rejects(tokens.issue({ subject: 'bob', replaces: refreshToken }), unavailable)
    t.same(await tokens.sessions('bob'), [])
    t.equal((await tokens.sessions('ada')).length, 1)
    broken = false
    await tokens.issue({ subject: 'bob', replaces: refreshToken })
    t.same(await tokens.sessions('ada'), [])
  },
)

/** What `data` of a session is not, when it was written by us for this subject. */
const notOurs = [
  ...[
    '',
    '{',
    'null',
    '5',
    '"ada"',
    '[]',
    '{"0":"ada","1":{}}',
    '["ada"]',
    '[null,{}]',
    '[5,{}]',
    '[["ada"],{}]',
  ],
  ...[
    '["ada",null]',
    '["ada",[]]',
    '["ada","x"]',
    '["ada",{},5]',
    '["ada",{},null,{}]',
    '["ada",{},null,null,[]]',
  ],
  ...['["bob",{}]', '["Ada",{}]', '["",{}]'],
]

t.test('data that a store made something else of is an outage, and the session lives on', async t => {
  const { store, clock } = setup()
  let written: string | undefined
  const changed = <T extends StoredSession>(session: T): T =>
    written === undefined ? session : { ...session, data: written }
  const { tokens, events } = setup({
    now: clock.now,
    store: {
      ...store,
      find: async ref => {
        const found = await store.find(ref)
        return { ...found, session: found.session && changed(found.session) }
      },
      list: async subjectHash => (await store.list(subjectHash)).map(changed),
      async rotate(ref, step) {
        const answer = await store.rotate(ref, step)
        return 'session' in answer ? { ...answer, session: changed(answer.session) } : answer
      },
    },
  })
  const { accessToken, refreshToken } = await tokens.issue({ subject: 'ada' })
  for (const data of notOurs) {
    written = data
    events.length = 0
    await t.rejects(tokens.refresh(refreshToken), unavailable, data)
    await t.rejects(tokens.refresh(refreshToken, { scope: 'read' }), unavailable)
    await t.rejects(tokens.sessions('ada'), unavailable)
    t.match(events, [
      { type: 'store_unavailable', error: { cause: { message: /^The data of a session / } } },
      { type: 'store_unavailable' },
      { type: 'store_unavailable' },
    ])
    written = undefined
    t.ok(tokens.verify(accessToken))
    t.ok(await tokens.refresh(refreshToken))
  }
})

t.test('a bug of ours is seen as one, and never taken for an outage', async t => {
  const { tokens, events } = setup()
  const { refreshToken } = await tokens.issue({ subject: 'ada' })
  const { refreshToken: second } = await tokens.refresh(refreshToken)
  await tokens.refresh(second)
  events.length = 0
  const bug = new TypeError('a bug')
  t.intercept(Revocations.prototype, 'add', {
    value() {
      throw bug
    },
  })
  for (const ask of [() => tokens.refresh(refreshToken), () => tokens.revoke({ token: second })]) {
    t.equal(await ask().catch((error: unknown) => error), bug)
  }
  t.notOk(events.some(({ type }) => type === 'store_unavailable'))
})

t.test('a StoreUnavailableError of the store is passed on as it is', async t => {
  const error = new StoreUnavailableError({ cause: new Error('READONLY') })
  const { tokens, events } = setup({ store: { ...setup().store, list: () => Promise.reject(error) } })
  t.equal(await tokens.sessions('ada').catch((each: unknown) => each), error)
  t.same(events, [{ type: 'store_unavailable', error }])
})
