// Two processes on one store, as far as one process can be two. Their timers stand still until they are moved.
import { memoryStore, type Store, StoreUnavailableError } from '@tokenratchet/core'
import t from 'tap'
import { type Fleet, fleet } from './fleet.js'

const revoked = { code: 'ERR_ACCESS_TOKEN_REVOKED', status: 401 }
const unavailable = { code: 'ERR_STORE_UNAVAILABLE', status: 503 }

t.test('a revocation reaches the other process by its next read, a second later', async t => {
  const all = fleet(t)
  const [one, other] = [all.join(), all.join()]
  await other.ready()
  const { accessToken, sid } = await one.issue({ subject: 'ada' })
  t.equal(other.verify(accessToken).sid, sid)
  await one.revoke({ subject: 'ada', sid })
  t.throws(() => one.verify(accessToken), revoked, 'at once where it was revoked')
  t.equal(other.verify(accessToken).sid, sid)
  await all.pass(1000)
  t.throws(() => other.verify(accessToken), revoked)
  t.match(other.events.at(-1), { type: 'refused', credential: 'access_token', reason: 'revoked', sid })
})

t.test('a process that begins later knows all that is published, once it is ready', async t => {
  const all = fleet(t)
  const one = all.join()
  const { accessToken } = await one.issue({ subject: 'ada' })
  await one.revokeAll('ada')
  const late = all.join()
  await late.ready()
  t.throws(() => late.verify(accessToken), revoked)
})

t.test('reads go on from the last one, and in a third of the window all of it is read again', async t => {
  const all = fleet(t)
  t.intercept(Math, 'random', { value: () => 0.5 })
  const one = all.join()
  await one.ready()
  await all.pass(600_000)
  const whole = all.reads.flatMap((cursor, index) => (cursor === undefined ? [index] : []))
  t.equal(all.reads.length - whole.length, 600, 'one small read each second')
  t.equal(whole.length, 3, 'at the start, at three quarters of a third of 900 s, and 300 s later')
})

t.test('closed, it reads no more', async t => {
  const all = fleet(t)
  const one = all.join()
  await one.ready()
  await one.close()
  await all.pass(5000)
  t.equal(all.reads.length, 1)
})

t.test('closed during its first read, it reads no more', async t => {
  const all = fleet(t)
  const one = all.join()
  await one.close()
  await one.ready()
  await all.pass(5000)
  t.equal(all.reads.length, 1)
})

t.test('a store that fails is told of once, and what was missed is read when it is back', async t => {
  const all = fleet(t)
  const [one, other] = [all.join(), all.join()]
  await Promise.all([one.ready(), other.ready()])
  const { accessToken, sid } = await one.issue({ subject: 'ada' })
  all.isDown = true
  await all.pass(9000)
  t.same(other.events, [], 'a few lost reads are nothing to tell of')
  await all.pass(30_000)
  t.match(other.events, [{ type: 'feed_stale', shard: 0, error: { code: 'ERR_STORE_UNAVAILABLE' } }])
  t.equal(other.events.length, 1)
  t.equal(other.verify(accessToken).sid, sid, 'onStale accept is the default')
  await one.revoke({ subject: 'ada', sid })
  all.isDown = false
  await all.pass(1000)
  t.same(other.events.at(-1), { type: 'feed_fresh', shard: 0 })
  t.throws(() => other.verify(accessToken), revoked)
})

t.test('a large feed is read in slices, one after the other', async t => {
  const all = fleet(t)
  for (let index = 0; index < 20_000; index++) {
    await all.store.delete({ subjectHash: 'subjectHash', sid: `${index}` }, { keepFor: 900, always: true })
  }
  let longest = 0
  const { revokedSince } = all.store
  all.store.revokedSince = async (...asked) => {
    const answer = await revokedSince(...asked)
    longest = Math.max(longest, answer.revoked.length)
    return answer
  }
  const one = all.join()
  await one.ready()
  t.equal(longest, 1000)
  t.equal(all.reads.length, 20)
  const { accessToken, sid } = await one.issue({ subject: 'ada' })
  const other = all.join()
  await other.ready()
  await one.revoke({ subject: 'ada', sid })
  all.reads.length = 0
  await all.pass(1000)
  t.throws(() => other.verify(accessToken), revoked)
  t.equal(all.reads.length, 2, 'one small read for each of the two')
})

t.test('onStale reject answers 503 beyond maxStaleness, to what would have been accepted', async t => {
  const all = fleet(t)
  const one = all.join({ onStale: 'reject', maxStaleness: '5s' })
  const { accessToken, sid } = await one.issue({ subject: 'ada' })
  await one.ready()
  t.ok(one.verify(accessToken))
  all.isDown = true
  await all.pass(5000)
  t.ok(one.verify(accessToken))
  await all.pass(1000)
  t.throws(() => one.verify(accessToken), unavailable)
  t.match(one.events.at(-1), { type: 'refused', credential: 'access_token', reason: 'stale', sid })
  t.throws(() => one.verify('garbage'), { code: 'ERR_ACCESS_TOKEN_INVALID' })
  t.ok(await one.introspect(accessToken), 'introspect has asked the store itself')
  all.isDown = false
  await all.pass(1000)
  t.ok(one.verify(accessToken))
})

t.test('onStale reject accepts nothing before the first read has succeeded', async t => {
  const all = fleet(t)
  const { accessToken } = await all.join().issue({ subject: 'ada' })
  all.isDown = true
  const one = all.join({ onStale: 'reject' })
  t.throws(() => one.verify(accessToken), unavailable)
  await one.ready()
  t.throws(() => one.verify(accessToken), unavailable)
  t.match(one.events, [{ type: 'refused' }, { type: 'feed_stale' }, { type: 'refused' }])
})

t.test(
  'R30: a process that was paused knows how old its view is, whatever the clock of the system says',
  async t => {
    const all = fleet(t)
    const one = all.join({ onStale: 'reject' })
    await one.ready()
    const { accessToken } = await one.issue({ subject: 'ada' })
    const { now } = performance
    performance.now = () => now() + 11_000
    t.throws(() => one.verify(accessToken), unavailable)
  },
)

t.test('a revocation that the store has lost is applied again, feed and record', async t => {
  const all = fleet(t)
  const [one, other] = [all.join(), all.join()]
  await Promise.all([one.ready(), other.ready()])
  const { accessToken, refreshToken, sid } = await one.issue({ subject: 'ada' })
  await one.revoke({ subject: 'ada', sid })
  await all.pass(1000)
  t.throws(() => other.verify(accessToken), revoked)
  // A failover to a replica that has heard neither of the revocation nor of what came before it.
  const replica = memoryStore({ now: all.now })
  Object.assign(all.store, {
    ...replica,
    revokedSince: replica.revokedSince,
  })
  await all.pass(1000)
  t.match((await replica.revokedSince()).revoked, [{ sid }])
  t.match(
    other.events.filter(({ type }) => type === 'revocation_healed').length +
      one.events.filter(({ type }) => type === 'revocation_healed').length,
    2,
  )
  const third = all.join()
  await third.ready()
  t.throws(() => third.verify(accessToken), revoked)
  await t.rejects(third.refresh(refreshToken), { code: 'ERR_INVALID_GRANT' })
})

t.test('what ran out is not applied again: nothing is published for ever', async t => {
  const all = fleet(t)
  const one = all.join({ accessTokenLifetime: '10s' })
  const { sid } = await one.issue({ subject: 'ada' })
  await one.revoke({ subject: 'ada', sid })
  await all.pass(250_000)
  const other = all.join({ accessTokenLifetime: '10s' })
  await all.pass(400_000)
  t.same((await all.store.revokedSince()).revoked, [])
  t.notOk([...one.events, ...other.events].some(({ type }) => type === 'revocation_healed'))
})

t.test('R30: what is published counts, however old a clock that jumped makes it', async t => {
  const all = fleet(t)
  const one = all.join()
  const { accessToken, sid } = await one.issue({ subject: 'ada' })
  await one.revoke({ subject: 'ada', sid })
  const { revokedSince } = all.store
  all.store.revokedSince = async (...asked) => {
    const answer = await revokedSince(...asked)
    return { ...answer, revoked: answer.revoked.map(each => ({ ...each, age: 3_600_000 })) }
  }
  const late = all.join()
  await late.ready()
  t.throws(() => late.verify(accessToken), revoked)
})

t.test('a store that never answers has failed: ready ends, and staleness is told', async t => {
  const all = fleet(t)
  all.store.revokedSince = () => new Promise(() => {})
  const one = all.join()
  let isReady = false
  const ready = one.ready().then(() => {
    isReady = true
  })
  await all.pass(4000)
  t.equal(isReady, false)
  await all.pass(2000)
  await ready
  t.match(one.events, [{ type: 'feed_stale' }])
})

t.test('a store whose feed never ends has failed, and does not hold the process', async t => {
  const all = fleet(t)
  all.store.revokedSince = async () => ({ revoked: [], cursor: 'same', isContinuous: false, hasMore: true })
  const one = all.join()
  await one.ready()
  t.match(one.events, [{ type: 'feed_stale', error: { cause: { message: /hasMore/ } } }])
})

t.test('closed while a read fails, it tells of nothing', async t => {
  const all = fleet(t)
  all.isDown = true
  const one = all.join()
  await one.close()
  await one.ready()
  t.same(one.events, [])
})

t.test('a store that fails now and then does not put off the read of all of it', async t => {
  const all = fleet(t)
  const one = all.join()
  await one.ready()
  let longest = 0
  let since = 0
  for (let second = 1; second <= 1800; second++) {
    all.isDown = second % 7 === 0
    const seen = all.reads.length
    await all.pass(1000)
    const isWhole = !all.isDown && all.reads.slice(seen).includes(undefined)
    longest = Math.max(longest, second - since)
    since = isWhole ? second : since
  }
  t.ok(longest <= 302, `${longest} s`)
})

t.test('the end of the feed that a failover lost is applied again by the next read', async t => {
  const all = fleet(t)
  const [one, other] = [all.join(), all.join()]
  await Promise.all([one.ready(), other.ready()])
  const logins = await Promise.all([1, 2, 3].map(() => one.issue({ subject: 'ada' })))
  const [first, second, third] = logins.map(({ sid }) => sid) as [string, string, string]
  await one.revoke({ subject: 'ada', sid: first })
  await all.pass(1000)
  await one.revoke({ subject: 'ada', sid: second })
  await all.pass(1000)
  const announced = (await all.store.revokedSince()).revoked
  // The replica has the first, and is written to before anybody reads it.
  const replica = memoryStore({ now: all.now })
  const [lasting] = announced
  await replica.delete(lasting as never, { keepFor: 900, always: true })
  const { cursor: before } = await replica.revokedSince()
  t.ok(before)
  await replica.delete(
    { subjectHash: lasting?.subjectHash ?? '', sid: third },
    { keepFor: 900, always: true },
  )
  Object.assign(all.store, replica)
  await all.pass(1000)
  const sids = (await replica.revokedSince()).revoked.map(({ sid }) => sid)
  t.same(sids.sort(), [first, second, third].sort())
  t.throws(() => other.verify(logins[2]?.accessToken ?? ''), revoked)
})

t.test('what a store has lost is found though the read of all of it fails in the middle', async t => {
  const all = fleet(t)
  const one = all.join()
  await one.ready()
  const { sid } = await one.issue({ subject: 'ada' })
  await one.revoke({ subject: 'ada', sid })
  await all.pass(2000)
  const replica = memoryStore({ now: all.now })
  for (let index = 0; index < 1500; index++) {
    await replica.delete({ subjectHash: 'subjectHash', sid: `${index}` }, { keepFor: 900, always: true })
  }
  let reads = 0
  Object.assign(all.store, replica, {
    async revokedSince(...asked: Parameters<Store['revokedSince']>) {
      reads++
      if (reads === 2) {
        throw new StoreUnavailableError()
      }
      return replica.revokedSince(...asked)
    },
  })
  await all.pass(3000)
  t.match(
    one.events.filter(({ type }) => type === 'revocation_healed'),
    [{ sid }],
  )
})

t.test('what a process announced itself and no later read brings is applied again', async t => {
  const all = fleet(t)
  const one = all.join()
  await one.ready()
  const { sid } = await one.issue({ subject: 'ada' })
  await one.issue({ subject: 'ada' })
  await one.revoke({ subject: 'ada', sid })
  const announced = (await all.store.revokedSince()).revoked
  // Acknowledged, and lost before anybody has read it: the cursor remembers nothing of it.
  const replica = memoryStore({ now: all.now })
  Object.assign(all.store, replica)
  t.same((await replica.revokedSince()).revoked, [])
  await all.pass(2000)
  t.match((await replica.revokedSince()).revoked, [{ sid: announced[0]?.sid }])
  t.equal(one.events.filter(({ type }) => type === 'revocation_healed').length, 1)
  await all.pass(5000)
  t.equal(one.events.filter(({ type }) => type === 'revocation_healed').length, 1, 'once')
})

t.test('a log-out that is repeated each second makes nobody read all of the feed', async t => {
  const all = fleet(t)
  const [one, other] = [all.join(), all.join()]
  await Promise.all([one.ready(), other.ready()])
  const { refreshToken } = await one.issue({ subject: 'ada' })
  await one.revoke({ token: refreshToken })
  await all.pass(2000)
  all.reads.length = 0
  for (let second = 0; second < 60; second++) {
    await one.revoke({ token: refreshToken })
    await all.pass(1000)
  }
  t.notOk(all.reads.includes(undefined))
  t.equal(all.reads.length, 120)
})

t.test('an eviction is applied everywhere, and never healed onto a store that has lost it', async t => {
  const all = fleet(t)
  const options = { sessionsPerSubject: 1 }
  const [one, other] = [all.join(options), all.join(options)]
  await Promise.all([one.ready(), other.ready()])
  const old = await one.issue({ subject: 'ada' })
  // The replica has the old login, and neither the new one nor the eviction.
  const replica = memoryStore({ now: all.now })
  const replicated = await copySession(all, replica, old.refreshToken)
  await one.issue({ subject: 'ada' })
  await all.pass(1000)
  t.throws(() => other.verify(old.accessToken), revoked)
  Object.assign(all.store, replica)
  await all.pass(10_000)
  t.notOk([...one.events, ...other.events].some(({ type }) => type === 'revocation_healed'))
  t.ok(await replica.find(replicated), 'the old device is not logged out for a login that is gone')
  for (const each of [one, other]) {
    t.equal(each.verify(old.accessToken).sid, old.sid, 'accepted again by whoever knew of the eviction')
  }
  const { accessToken } = await other.refresh(old.refreshToken)
  t.equal(one.verify(accessToken).sid, old.sid)
})

/** Puts the session of a refresh token into another store as it was created. */
async function copySession(all: Fleet, replica: Store, refreshToken: string) {
  const bytes = Buffer.from(refreshToken, 'base64url')
  const subjectHash = bytes.toString('base64url', 5, 21)
  const [session] = await all.store.list(subjectHash)
  const { sid = '', data = '' } = session ?? {}
  await replica.create(
    { subjectHash, sid, data, idleTimeout: 86_400, lifetime: 86_400 },
    { perSubject: 9, keepFor: 900 },
  )
  return { subjectHash, sid }
}
