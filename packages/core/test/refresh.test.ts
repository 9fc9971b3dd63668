import t from 'tap'
import { claimsOf, generationOf, invalidGrant, setup } from './setup.js'

t.test('R5: every refresh rotates, and tells so once', async t => {
  const { tokens, clock, told } = setup()
  const login = await tokens.issue({ subject: 'ada', claims: { role: 'admin' } })
  clock.advance(600)
  const refreshed = await tokens.refresh(login.refreshToken)
  t.not(refreshed.refreshToken, login.refreshToken)
  t.equal(generationOf(refreshed.refreshToken), 600_000)
  t.match(refreshed, { sid: login.sid, expiresIn: 600, refreshExpiresIn: 14 * 86_400 })
  t.match(tokens.verify(refreshed.accessToken), { sub: 'ada', role: 'admin', sid: login.sid })
  t.not(claimsOf(refreshed.accessToken).jti, claimsOf(login.accessToken).jti)
  t.same(told(), ['issued', 'refreshed'])
})

t.test('100 parallel refreshes of one token all succeed, and any one successor then works', async t => {
  for (const used of [0, 42, 99]) {
    const { tokens, told } = setup()
    const { refreshToken } = await tokens.issue({ subject: 'ada' })
    const successors = await Promise.all(Array.from({ length: 100 }, () => tokens.refresh(refreshToken)))
    t.equal(new Set(successors.map(each => each.refreshToken)).size, 100)
    t.same(told(), ['issued', 'refreshed', ...Array.from({ length: 99 }, () => 'reissued')])
    const next = await tokens.refresh(successors[used]?.refreshToken ?? '')
    const late = successors[(used + 1) % 100]?.refreshToken ?? ''
    await t.rejects(tokens.refresh(late), invalidGrant, 'any other one after that ends the session')
    await t.rejects(tokens.refresh(next.refreshToken), invalidGrant)
    t.throws(() => tokens.verify(next.accessToken), { code: 'ERR_ACCESS_TOKEN_REVOKED', status: 401 })
    t.same(told(), ['refreshed', 'reused', 'refused', 'refused'])
  }
})

t.test('a lost answer costs nothing: the same token gets a successor that works, for weeks', async t => {
  const { tokens, clock } = setup()
  const { refreshToken } = await tokens.issue({ subject: 'ada' })
  await tokens.refresh(refreshToken)
  clock.advance('13d')
  const recovered = await tokens.refresh(refreshToken)
  t.ok(await tokens.refresh(recovered.refreshToken))
})

t.test('R5: an old token ends the session for everybody, and emits one event', async t => {
  const { tokens, events, store } = setup()
  const login = await tokens.issue({ subject: 'ada' })
  const first = await tokens.refresh(login.refreshToken)
  const second = await tokens.refresh(first.refreshToken)
  await t.rejects(tokens.refresh(login.refreshToken), invalidGrant)
  t.same(
    events.filter(({ type }) => type === 'reused'),
    [{ type: 'reused', sid: login.sid, subject: 'ada', generationGap: 2, sinceRotation: 0 }],
  )
  t.throws(() => tokens.verify(second.accessToken), { code: 'ERR_ACCESS_TOKEN_REVOKED' }, 'at once')
  t.match((await store.revokedSince()).revoked, [{ sid: login.sid }])
  t.same(await tokens.sessions('ada'), [])
})

t.test('with recoveryWindow 0 a token is good once', async t => {
  const { tokens } = setup({ recoveryWindow: 0 })
  const { refreshToken } = await tokens.issue({ subject: 'ada' })
  await tokens.refresh(refreshToken)
  await t.rejects(tokens.refresh(refreshToken), invalidGrant)
  t.same(await tokens.sessions('ada'), [])
})

t.test('R6: rotation never moves the absolute deadline, and no access token outlives it', async t => {
  const { tokens, clock } = setup({ sessionLifetime: '1h', accessTokenLifetime: '25m' })
  const end = clock.now() / 1000 + 3600
  let { refreshToken } = await tokens.issue({ subject: 'ada' })
  for (const minutes of [25, 25, 9]) {
    clock.advance(minutes * 60)
    const next = await tokens.refresh(refreshToken)
    refreshToken = next.refreshToken
    t.ok(claimsOf(next.accessToken).exp <= end)
    t.equal(next.refreshExpiresIn, end - clock.now() / 1000)
  }
  t.equal((await tokens.sessions('ada'))[0]?.absoluteUntil.getTime(), end * 1000)
  clock.advance(60)
  await t.rejects(tokens.refresh(refreshToken), invalidGrant)
})

t.test('with less than a second left a session is over', async t => {
  const { tokens, clock } = setup({ sessionLifetime: 10 })
  const { refreshToken } = await tokens.issue({ subject: 'ada' })
  clock.set(clock.now() + 9001)
  await t.rejects(tokens.refresh(refreshToken), invalidGrant)
})

t.test('expiresIn is what the token says, rounded so that neither outlives the session', async t => {
  const { tokens, clock } = setup({ sessionLifetime: 10 })
  clock.set(clock.now() + 700)
  const { refreshToken } = await tokens.issue({ subject: 'ada' })
  clock.set(clock.now() + 5500)
  const { accessToken, expiresIn } = await tokens.refresh(refreshToken)
  const { iat, exp } = claimsOf(accessToken)
  t.equal(exp - iat, expiresIn)
  t.equal(expiresIn, 4)
})

t.test('a session that is idle for too long is over, and a refresh keeps it', async t => {
  const { tokens, clock } = setup({ idleTimeout: '2d' })
  let { refreshToken } = await tokens.issue({ subject: 'ada' })
  for (let day = 0; day < 5; day++) {
    clock.advance('47h')
    refreshToken = (await tokens.refresh(refreshToken)).refreshToken
  }
  clock.advance('48h')
  await t.rejects(tokens.refresh(refreshToken), invalidGrant)
})

t.test('R30: session times are by the clock of the store, token times by the app', async t => {
  const hour = 3_600_000
  const clockOfStore = setup()
  const { tokens, clock } = setup({
    store: clockOfStore.store,
    sessionLifetime: '1h',
    accessTokenLifetime: '20m',
  })
  clock.set(clock.now() + 5 * hour)
  const login = await tokens.issue({ subject: 'ada' })
  clockOfStore.clock.advance('50m')
  const { accessToken, expiresIn, refreshToken } = await tokens.refresh(login.refreshToken)
  t.equal(expiresIn, 600, 'what the store says is left')
  t.equal(claimsOf(accessToken).exp, clock.now() / 1000 + 600)
  clock.set(clock.now() - 5 * hour)
  t.ok(await tokens.refresh(refreshToken), 'a jump of the app ends no session')
  clockOfStore.clock.advance('10m')
  await t.rejects(tokens.refresh(refreshToken), invalidGrant)
})

t.test('a session known as revoked is deleted again, should the store have lost its deletion', async t => {
  const { tokens, store, clock, told } = setup()
  const { refreshToken, sid } = await tokens.issue({ subject: 'ada' })
  const [session] = await tokens.sessions('ada')
  await tokens.revoke({ token: refreshToken })
  const subjectHash = Buffer.from(refreshToken, 'base64url').toString('base64url', 5, 21)
  const back = {
    subjectHash,
    sid,
    idleTimeout: 600,
    lifetime: 600,
    data: JSON.stringify(['ada', {}]),
  }
  // By now its feed has forgotten too.
  clock.advance('20m')
  await store.create(back, { perSubject: 9, keepFor: 9 })
  t.equal((await tokens.sessions('ada'))[0]?.sid, session?.sid, 'there again')
  told()
  await t.rejects(tokens.refresh(refreshToken), invalidGrant)
  t.same(await tokens.sessions('ada'), [])
  t.same(told(), ['refused'])
})

t.test('R7: a token of one transport is refused on the other, and its session lives on', async t => {
  const { tokens, told } = setup()
  const { refreshToken } = await tokens.issue({ subject: 'ada', transport: 'body' })
  await t.rejects(tokens.refresh(refreshToken, { transport: 'cookie' }), invalidGrant)
  t.ok(await tokens.refresh(refreshToken, { transport: 'body' }))
  t.same(told(), ['issued', 'refused', 'refreshed'])
})
