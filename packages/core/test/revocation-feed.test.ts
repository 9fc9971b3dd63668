// Two processes on one store, as far as one process can be two. Their timers stand still until they are moved.
import { mock } from 'node:test'
import { memoryStore } from '@tokenratchet/core'
import t from 'tap'
import { fleet } from './fleet.js'

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

t.test('reads go on from the last one, and each minute one is of the whole window', async t => {
  const all = fleet(t)
  const one = all.join()
  await one.ready()
  await all.pass(60_000)
  t.equal(all.reads.length, 61, 'one small read each second')
  t.same(
    all.reads.flatMap((cursor, index) => (cursor === undefined ? [index] : [])),
    [0, 60],
  )
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

t.test('a store that fails is told of once, and the whole window is read when it is back', async t => {
  const all = fleet(t)
  const [one, other] = [all.join(), all.join()]
  await Promise.all([one.ready(), other.ready()])
  const { accessToken, sid } = await one.issue({ subject: 'ada' })
  all.isDown = true
  await all.pass(9000)
  t.same(other.events, [], 'a few lost reads are nothing to tell of')
  await all.pass(30_000)
  t.match(other.events, [{ type: 'feed_stale', error: { code: 'ERR_STORE_UNAVAILABLE' } }])
  t.equal(other.events.length, 1)
  t.equal(other.verify(accessToken).sid, sid, 'onStale accept is the default')
  await one.revoke({ subject: 'ada', sid })
  all.isDown = false
  all.reads.length = 0
  await all.pass(1000)
  t.equal(all.reads.at(-1), undefined)
  t.same(other.events.at(-1), { type: 'feed_fresh' })
  t.throws(() => other.verify(accessToken), revoked)
})

t.test(
  'a large window is read some time in the minute after a failure, not by all processes at once',
  async t => {
    const all = fleet(t)
    const random = mock.method(Math, 'random', () => 0.5)
    t.teardown(() => random.mock.restore())
    for (let index = 0; index < 20_000; index++) {
      await all.store.delete({ tag: 'tag', sid: `${index}` }, { publishFor: 900, always: true })
    }
    const [one, other] = [all.join(), all.join()]
    await Promise.all([one.ready(), other.ready()])
    const { accessToken, sid } = await one.issue({ subject: 'ada' })
    all.isDown = true
    await all.pass(68_000)
    await one.revoke({ subject: 'ada', sid })
    all.isDown = false
    all.reads.length = 0
    await all.pass(1000)
    t.notOk(all.reads.includes(undefined))
    t.throws(() => other.verify(accessToken), revoked, 'the small read knows what was missed')
    await all.pass(5000)
    t.equal(all.reads.filter(cursor => cursor === undefined).length, 2)
  },
)

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
  const replica = memoryStore()
  Object.assign(all.store, {
    ...replica,
    revokedSince: async (cursor?: string) => replica.revokedSince(cursor),
  })
  await all.pass(60_000)
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
  all.store.revokedSince = async cursor => {
    const answer = await revokedSince(cursor)
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

t.test('closed while a read fails, it tells of nothing', async t => {
  const all = fleet(t)
  all.isDown = true
  const one = all.join()
  await one.close()
  await one.ready()
  t.same(one.events, [])
})

t.test('a store that fails now and then does not put off the read of the whole window', async t => {
  // The same chance each time: one that fails again and again, as one in a hundred did, would cost minutes.
  let seed = 1
  t.intercept(Math, 'random', {
    value() {
      seed = (seed * 16_807) % 2_147_483_647
      return seed / 2_147_483_647
    },
  })
  const all = fleet(t)
  for (let index = 0; index < 120_000; index++) {
    await all.store.delete({ tag: 'tag', sid: `${index}` }, { publishFor: 900, always: true })
  }
  const one = all.join()
  await one.ready()
  let longest = 0
  let since = 0
  for (let second = 1; second <= 600; second++) {
    all.isDown = second % 7 === 0
    const seen = all.reads.length
    await all.pass(1000)
    const isWhole = !all.isDown && all.reads.slice(seen).includes(undefined)
    longest = Math.max(longest, second - since)
    since = isWhole ? second : since
  }
  t.ok(longest <= 125, `${longest} s, of which a read that failed may cost another minute`)
  await one.close()
})
