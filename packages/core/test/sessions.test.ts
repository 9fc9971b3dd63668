import t from 'tap'
import { invalidGrant, setup } from './setup.js'

t.test('R11: a login ends the session presented with it, by any generation of its refresh token', async t => {
  const { tokens, events } = setup()
  const first = await tokens.issue({ subject: 'ada' })
  const newer = await tokens.refresh(first.refreshToken)
  const login = await tokens.issue({ subject: 'ada', replaces: first.refreshToken })
  t.match(await tokens.sessions('ada'), [{ sid: login.sid }])
  t.throws(() => tokens.verify(newer.accessToken), { code: 'ERR_ACCESS_TOKEN_REVOKED' })
  t.same(
    events.map(({ type }) => type),
    ['issued', 'refreshed', 'revoked', 'issued', 'refused'],
  )
  t.match(events[2], { reason: 'replaced', sid: first.sid })
})

t.test('R11: a login as somebody else ends the session presented with it, too', async t => {
  const { tokens } = setup()
  const ada = await tokens.issue({ subject: 'ada' })
  const other = await tokens.issue({ subject: 'ada' })
  await tokens.issue({ subject: 'bob', replaces: ada.refreshToken })
  t.match(await tokens.sessions('ada'), [{ sid: other.sid }])
  await t.rejects(tokens.refresh(ada.refreshToken), invalidGrant)
})

t.test('what is no refresh token of ours replaces nothing', async t => {
  const { tokens } = setup()
  const ada = await tokens.issue({ subject: 'ada' })
  const stranger = setup({ secret: 'Another secret altogether, of 40 letters' })
  const foreign = await stranger.tokens.issue({ subject: 'ada' })
  for (const replaces of ['', 'garbage', ada.accessToken, foreign.refreshToken]) {
    await tokens.issue({ subject: 'bob', replaces })
  }
  t.match(await tokens.sessions('ada'), [{ sid: ada.sid }])
})

t.test(
  'R12: at one session more than sessionsPerSubject the one unused for longest ends at once',
  async t => {
    const { tokens, clock, told } = setup({ sessionsPerSubject: 2 })
    const one = await tokens.issue({ subject: 'ada' })
    clock.advance(1)
    const two = await tokens.issue({ subject: 'ada' })
    clock.advance(1)
    await tokens.refresh(one.refreshToken)
    clock.advance(1)
    const three = await tokens.issue({ subject: 'ada' })
    t.same(
      (await tokens.sessions('ada')).map(({ sid }) => sid),
      [three.sid, one.sid],
      'the last used first',
    )
    t.throws(() => tokens.verify(two.accessToken), { code: 'ERR_ACCESS_TOKEN_REVOKED' })
    t.same(told().slice(3), ['evicted', 'issued', 'refused'])
  },
)

t.test('R11: revoke ends one session by either of its tokens, or by subject and sid', async t => {
  const { tokens, events } = setup()
  const sessions = await Promise.all([1, 2, 3].map(() => tokens.issue({ subject: 'ada' })))
  const [one, two, three] = sessions as [(typeof sessions)[0], (typeof sessions)[0], (typeof sessions)[0]]
  t.equal(await tokens.revoke({ token: one.refreshToken }), one.sid)
  t.equal(await tokens.revoke({ token: two.accessToken }), two.sid)
  t.equal(await tokens.revoke({ subject: 'ada', sid: three.sid }), three.sid)
  t.same(await tokens.sessions('ada'), [])
  for (const { accessToken, refreshToken } of sessions) {
    t.throws(() => tokens.verify(accessToken), { code: 'ERR_ACCESS_TOKEN_REVOKED' })
    await t.rejects(tokens.refresh(refreshToken), invalidGrant)
  }
  t.equal(events.filter(({ type }) => type === 'revoked').length, 3)
})

t.test(
  'R7: revoke of what names no session is no error and changes nothing (RFC 7009 section 2.2)',
  async t => {
    const { tokens, clock, told, store } = setup()
    const { accessToken, sid } = await tokens.issue({ subject: 'ada' })
    clock.advance(600)
    told()
    t.equal(await tokens.revoke({ token: accessToken }), undefined, 'an expired access token')
    t.equal(await tokens.revoke({ token: 'garbage' }), undefined)
    t.equal(await tokens.revoke({ subject: 'bob', sid }), undefined, "somebody else's session")
    t.match(await tokens.sessions('ada'), [{ sid }])
    t.same(told(), [])
    t.same((await store.revokedSince()).revoked, [])
  },
)

t.test('R11: revokeAll ends all sessions of a subject, or all others', async t => {
  const { tokens } = setup()
  const [one, two, three] = await Promise.all([1, 2, 3].map(() => tokens.issue({ subject: 'ada' })))
  const bob = await tokens.issue({ subject: 'bob' })
  const others = await tokens.revokeAll('ada', { except: two?.sid })
  t.same(new Set(others), new Set([one?.sid, three?.sid]))
  t.throws(() => tokens.verify(one?.accessToken ?? ''), { code: 'ERR_ACCESS_TOKEN_REVOKED' })
  t.ok(tokens.verify(two?.accessToken ?? ''))
  t.same(await tokens.revokeAll('ada'), [two?.sid])
  t.same(await tokens.revokeAll('ada'), [])
  t.ok(tokens.verify(bob.accessToken))
})

t.test('a session is told as revoked once, however often its end is asked for', async t => {
  const { tokens, events } = setup()
  const { refreshToken } = await tokens.issue({ subject: 'ada' })
  await tokens.revoke({ token: refreshToken })
  await tokens.revoke({ token: refreshToken })
  await tokens.issue({ subject: 'bob', replaces: refreshToken })
  t.equal(events.filter(({ type }) => type === 'revoked').length, 1)
})

t.test('sessions tells what a list of devices needs, and no credential', async t => {
  const { tokens, clock } = setup()
  const login = await tokens.issue({ subject: 'ada', claims: { role: 'admin' } })
  clock.advance('1h')
  const { refreshToken } = await tokens.refresh(login.refreshToken)
  const now = clock.now()
  const hour = 3_600_000
  const day = 24 * hour
  const [session] = await tokens.sessions('ada')
  t.same(session, {
    sid: login.sid,
    subject: 'ada',
    claims: { role: 'admin' },
    createdAt: new Date(now - hour),
    usedAt: new Date(now),
    idleUntil: new Date(now + 14 * day),
    absoluteUntil: new Date(now - hour + 30 * day),
  })
  const handle = Buffer.from(refreshToken, 'base64url').toString('base64url', 21, 37)
  t.notOk(JSON.stringify(session).includes(handle))
})

t.test('misuse is a TypeError that says what is wrong', async t => {
  const { tokens } = setup()
  await t.rejects(tokens.sessions(''), { name: 'TypeError', message: /subject/ })
  await t.rejects(tokens.revokeAll(undefined as never), { name: 'TypeError', message: /subject/ })
  await t.rejects(tokens.revoke({ subject: 'ada', sid: 7 as never }), { name: 'TypeError', message: /sid/ })
  await t.rejects(tokens.revoke(null as never), { name: 'TypeError', message: /revocation/ })
  await t.rejects(tokens.revoke({ token: undefined as never }), { name: 'TypeError', message: /token/ })
  const { sid, refreshToken } = await tokens.issue({ subject: 'ada' })
  await t.rejects(tokens.revokeAll('ada', { excpet: sid } as never), { name: 'TypeError', message: /excpet/ })
  await t.rejects(tokens.revokeAll('ada', { except: [sid] as never }), {
    name: 'TypeError',
    message: /except/,
  })
  await t.rejects(tokens.refresh(refreshToken, { audience: 'a' } as never), {
    name: 'TypeError',
    message: /audience/,
  })
  t.equal((await tokens.sessions('ada')).length, 1, 'nobody was logged out by a misspelling')
})
