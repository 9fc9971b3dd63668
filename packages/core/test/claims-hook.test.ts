import { mock } from 'node:test'
import type { Session } from '@tokenratchet/core'
import t from 'tap'
import { invalidGrant, setup } from './setup.js'

const unavailable = { name: 'StoreUnavailableError', code: 'ERR_STORE_UNAVAILABLE', status: 503 }

t.test('the claims hook is asked at each refresh, and its answer is not stored', async t => {
  const roles = ['editor', 'admin', undefined]
  const asked: Session[] = []
  const { tokens } = setup({
    claims(session) {
      asked.push(session)
      const role = roles[asked.length - 1]
      return role === undefined ? undefined : { role }
    },
  })
  const login = await tokens.issue({ subject: 'ada', claims: { role: 'member' } })
  t.match(tokens.verify(login.accessToken), { role: 'member' })
  let { refreshToken } = login
  for (const role of ['editor', 'admin', 'member']) {
    const next = await tokens.refresh(refreshToken)
    refreshToken = next.refreshToken
    t.match(tokens.verify(next.accessToken), { role })
  }
  t.equal(asked.length, 3)
  t.match(asked[2], { subject: 'ada', sid: login.sid, claims: { role: 'member' } })
})

t.test('the claims hook is asked for reissues, too', async t => {
  let role = 'member'
  const { tokens } = setup({ claims: async () => ({ role }) })
  const { refreshToken } = await tokens.issue({ subject: 'ada' })
  await tokens.refresh(refreshToken)
  role = 'guest'
  t.match(tokens.verify((await tokens.refresh(refreshToken)).accessToken), { role: 'guest' })
})

t.test('false ends the session of an account that is disabled', async t => {
  const { tokens, events, store } = setup({ claims: () => false })
  const { refreshToken, accessToken, sid } = await tokens.issue({ subject: 'ada' })
  await t.rejects(tokens.refresh(refreshToken), invalidGrant)
  t.throws(() => tokens.verify(accessToken), { code: 'ERR_ACCESS_TOKEN_REVOKED' })
  t.same(await tokens.sessions('ada'), [])
  t.match((await store.revokedSince()).revoked, [{ sid }])
  t.match(events.slice(1, 2), [{ type: 'revoked', reason: 'disabled', sid }])
})

const failures: Record<string, () => unknown> = {
  throws: () => {
    throw new Error('no database')
  },
  rejects: () => Promise.reject(new Error('no database')),
  'answers null': () => null,
  'answers a list': () => [],
  'answers text': () => 'admin',
  'answers true': () => true,
  'sets a reserved claim': () => ({ sub: 'root' }),
  'answers more than a cookie holds': () => ({ bio: 'x'.repeat(4096) }),
}

for (const [failure, claims] of Object.entries(failures)) {
  t.test(
    `R26: a hook that ${failure} is an outage: 503, and the same token may be presented again`,
    async t => {
      let broken = true
      const { tokens, told } = setup({ claims: (() => (broken ? claims() : undefined)) as never })
      const { refreshToken } = await tokens.issue({ subject: 'ada' })
      await t.rejects(tokens.refresh(refreshToken), unavailable)
      await t.rejects(tokens.refresh(refreshToken), unavailable)
      broken = false
      const next = await tokens.refresh(refreshToken)
      t.ok(await tokens.refresh(next.refreshToken))
      t.same(told(), ['issued', 'claims_unavailable', 'claims_unavailable', 'reissued', 'refreshed'])
    },
  )
}

t.test(
  'a hook that does not answer within 5 seconds is an outage, and holds no timer when it answers',
  async t => {
    mock.timers.enable({ apis: ['setTimeout'] })
    t.teardown(() => mock.timers.reset())
    const { tokens, events } = setup({ claims: () => new Promise(() => {}) })
    const { refreshToken } = await tokens.issue({ subject: 'ada' })
    const refreshed = tokens.refresh(refreshToken)
    await new Promise(resolve => setImmediate(resolve))
    mock.timers.tick(4999)
    t.equal(await Promise.race([refreshed, Promise.resolve('waiting')]), 'waiting')
    mock.timers.tick(1)
    await t.rejects(refreshed, unavailable)
    t.match(events.at(-1), { type: 'claims_unavailable', error: { message: /5000 ms/ } })
  },
)

t.test(
  'a session that is revoked while the hook is asked gets no cookies that overwrite a newer login',
  async t => {
    let answer = (): void => {}
    const asked = new Promise<void>(resolve => {
      answer = resolve
    })
    const { tokens } = setup({ claims: () => asked.then(() => undefined) })
    const { refreshToken } = await tokens.issue({ subject: 'ada' })
    const refreshed = tokens.refresh(refreshToken)
    await tokens.revokeAll('ada')
    answer()
    await t.rejects(refreshed, invalidGrant)
  },
)
