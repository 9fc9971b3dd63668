// A store that does not know a session for a moment: an empty server, the wrong one, a replica that is behind.
import type { Issued, Tokens } from '@tokenratchet/core'
import t, { type Test } from 'tap'
import { fleet } from './fleet.js'
import { lossyStore } from './lossy-store.js'
import { invalidGrant } from './setup.js'

const revoked = { code: 'ERR_ACCESS_TOKEN_REVOKED', status: 401 }

/** Two processes on a store that forgets all sessions but the first, and knows them again. */
async function arrange(t: Test) {
  let lossy: ReturnType<typeof lossyStore> | undefined
  const all = fleet(t, now => {
    lossy = lossyStore(now)
    return lossy.store
  })
  const deleted: string[] = []
  const { delete: remove } = all.store
  all.store.delete = (ref, how) => {
    deleted.push(ref.sid)
    return remove(ref, how)
  }
  const [one, other] = [all.join(), all.join()]
  await Promise.all([one.ready(), other.ready()])
  await one.issue({ subject: 'somebody' })
  const logins = await Promise.all(
    Array.from({ length: 20 }, (_, index) => one.issue({ subject: `${index % 5}` })),
  )
  for (const { events } of [one, other]) {
    events.length = 0
  }
  return {
    all,
    one,
    other,
    logins,
    deleted,
    forget: () => (lossy as ReturnType<typeof lossyStore>).lose(20),
    findAgain: () => (lossy as ReturnType<typeof lossyStore>).findAgain(),
  }
}

/** What may be asked about a session that is not there, and is refused then. */
const questions: Record<string, (tokens: Tokens, login: Issued, subject: string) => Promise<unknown>> = {
  introspect: (tokens, { accessToken }) => tokens.introspect(accessToken),
  refresh: (tokens, { refreshToken }) => tokens.refresh(refreshToken),
  'refresh with a scope': (tokens, { refreshToken }) => tokens.refresh(refreshToken, { scope: 'read' }),
}

/** What answers that nothing is there. */
const looks: Record<string, (tokens: Tokens, login: Issued, subject: string) => Promise<unknown>> = {
  sessions: (tokens, _login, subject) => tokens.sessions(subject),
  revokeAll: (tokens, _login, subject) => tokens.revokeAll(subject),
}

t.test('R34: a session that the store did not know for a moment lives on everywhere', async t => {
  const { all, one, other, logins, deleted, forget, findAgain } = await arrange(t)
  t.equal(await forget(), 20)
  for (const [index, login] of logins.entries()) {
    for (const [what, ask] of Object.entries(questions)) {
      const expected = what === 'introspect' ? revoked : invalidGrant
      await t.rejects(ask(one, login, `${index % 5}`), expected, what)
    }
    for (const [what, look] of Object.entries(looks)) {
      t.same(await look(one, login, `${index % 5}`), [], what)
    }
    t.equal(await one.revoke({ subject: `${index % 5}`, sid: login.sid }), undefined)
    t.equal(one.verify(login.accessToken).sid, login.sid, 'a guard that does not ask the store goes on')
  }
  await all.pass(2000)
  await findAgain()
  await all.pass(125_000)
  t.same(deleted.length, logins.length, 'no deletion but those that revoke asked for')
  t.same((await all.store.revokedSince()).revoked, [])
  for (const { accessToken, refreshToken, sid } of logins) {
    t.equal((await one.introspect(accessToken)).sid, sid)
    t.equal(other.verify(accessToken).sid, sid)
    t.ok(await other.refresh(refreshToken))
  }
  const types = [...one.events, ...other.events].map(({ type }) => type)
  t.same([...new Set(types)].sort(), ['refreshed', 'refused'])
})

t.test(
  'R34: the event of such a refusal says that the session was absent, not that it was revoked',
  async t => {
    const { one, logins, forget } = await arrange(t)
    const [{ accessToken, sid } = { accessToken: '', sid: '' }] = logins
    await forget()
    await t.rejects(one.introspect(accessToken), revoked)
    t.same(one.events, [{ type: 'refused', credential: 'access_token', reason: 'absent', sid }])
    await t.rejects(one.introspect(accessToken), revoked)
    t.match(one.events[1], { reason: 'absent' }, 'it was not remembered')
  },
)

t.test('R34: what was decided is remembered, whether the store knew the session or not', async t => {
  const { all, one, other, logins, forget, findAgain } = await arrange(t)
  const [byToken, byLogin] = logins.slice(5) as [Issued, Issued]
  await forget()
  await one.revoke({ token: byToken.refreshToken })
  await one.issue({ subject: '1', replaces: byLogin.refreshToken })
  await findAgain()
  await all.pass(62_000)
  for (const { accessToken, refreshToken } of [byToken, byLogin]) {
    t.throws(() => other.verify(accessToken), revoked)
    await t.rejects(other.refresh(refreshToken), invalidGrant)
  }
})

t.test('a session that has ended here while the store was asked is revoked, not absent', async t => {
  const { all, one, logins } = await arrange(t)
  const [login] = logins as [Issued]
  const { find } = all.store
  all.store.find = async ref => {
    await one.revoke({ token: login.refreshToken })
    return find(ref)
  }
  await t.rejects(one.introspect(login.accessToken), revoked)
  t.match(one.events, [{ type: 'revoked' }, { type: 'refused', reason: 'revoked' }])
})
