import { memoryStore, type Store, StoreUnavailableError } from '@tokenratchet/core'
import { fakeClock } from '@tokenratchet/core/testing'
import t from 'tap'
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

t.test('data that a store made something else of is an outage, not a fault that shows', async t => {
  const { store } = setup()
  const session = async (): Promise<never> =>
    ({ now: 0, outcome: 'rotated', session: { data: '{' } }) as never
  const { tokens } = setup({
    store: { ...store, rotate: session, list: async () => [{ data: '{' } as never] },
  })
  const { refreshToken } = await tokens.issue({ subject: 'ada' })
  await t.rejects(tokens.refresh(refreshToken), unavailable)
  await t.rejects(tokens.sessions('ada'), unavailable)
})

t.test('a command that the store ran too late is an outage, and did nothing', async t => {
  const clock = fakeClock()
  const inner = memoryStore({ now: clock.now })
  let notAfter: { notAfter?: number } = {}
  const store: Store = {
    ...inner,
    create: (session, rules) => inner.create(session, { ...rules, ...notAfter }),
    rotate: (ref, step) => inner.rotate(ref, { ...step, ...notAfter }),
  }
  const { tokens, told } = setup({ store, now: clock.now })
  const { refreshToken } = await tokens.issue({ subject: 'ada' })
  notAfter = { notAfter: clock.now() }
  await t.rejects(tokens.refresh(refreshToken), unavailable)
  await t.rejects(tokens.issue({ subject: 'ada' }), unavailable)
  notAfter = {}
  t.equal((await tokens.sessions('ada')).length, 1)
  await tokens.refresh(refreshToken)
  t.same(told(), ['issued', 'store_unavailable', 'store_unavailable', 'refreshed'])
})

t.test('a StoreUnavailableError of the store is passed on as it is', async t => {
  const error = new StoreUnavailableError({ cause: new Error('READONLY') })
  const { tokens, events } = setup({ store: { ...setup().store, list: () => Promise.reject(error) } })
  t.equal(await tokens.sessions('ada').catch((each: unknown) => each), error)
  t.same(events, [{ type: 'store_unavailable', error }])
})
