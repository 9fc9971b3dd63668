// A feed in shards that fail apart, such as the nodes of a Cluster.
import { memoryStore, type Store, StoreUnavailableError } from '@tokenratchet/core'
import t from 'tap'
import { fleet } from './fleet.js'

const revoked = { code: 'ERR_ACCESS_TOKEN_REVOKED', status: 401 }
const unavailable = { code: 'ERR_STORE_UNAVAILABLE', status: 503 }
const shards = 4

/** A store of four memory stores, by the first character of a subjectHash. Those in `down` fail. */
function sharded(now: () => number, down: Set<number>): Store {
  const parts = Array.from({ length: shards }, () => memoryStore({ now }))
  const shardOf = (subjectHash: string): number => subjectHash.charCodeAt(0) % shards
  const at = (shard: number): Store => {
    if (down.has(shard)) {
      throw new StoreUnavailableError()
    }
    return parts[shard] as Store
  }
  return {
    create: async (session, rules) => at(shardOf(session.subjectHash)).create(session, rules),
    rotate: async (ref, step) => at(shardOf(ref.subjectHash)).rotate(ref, step),
    find: async ref => at(shardOf(ref.subjectHash)).find(ref),
    list: async subjectHash => at(shardOf(subjectHash)).list(subjectHash),
    delete: async (ref, how) => at(shardOf(ref.subjectHash)).delete(ref, how),
    deleteAll: async (subjectHash, how) => at(shardOf(subjectHash)).deleteAll(subjectHash, how),
    revokedSince: async (cursor, how) => at(how?.shard ?? 0).revokedSince(cursor, how),
    shards,
    shardOf,
  }
}

t.test(
  'where one shard is gone, log-outs of the others are known by the next read, and only its users follow onStale',
  async t => {
    const down = new Set<number>()
    const all = fleet(t, now => sharded(now, down))
    const [one, other] = [all.join(), all.join({ onStale: 'reject' })]
    await Promise.all([one.ready(), other.ready()])
    const logins = await Promise.all(
      Array.from({ length: 40 }, (_, index) => one.issue({ subject: `${index}` })),
    )
    const shardOf = ({ refreshToken }: { refreshToken: string }): number => {
      const subjectHash = Buffer.from(refreshToken, 'base64url').toString('base64url', 5, 21)
      return all.store.shardOf?.(subjectHash) ?? 0
    }
    const gone = shardOf(logins[0] as (typeof logins)[number])
    const [lost, healthy] = [
      logins.filter(each => shardOf(each) === gone),
      logins.filter(each => shardOf(each) !== gone),
    ]
    t.ok(lost.length > 1 && healthy.length > 1)
    await all.pass(1000)
    down.add(gone)
    await all.pass(30_000)
    const [leaving, staying] = healthy
    await one.revoke({ token: leaving?.accessToken ?? '' })
    await all.pass(1000)
    t.throws(() => other.verify(leaving?.accessToken ?? ''), revoked)
    t.ok(other.verify(staying?.accessToken ?? ''))
    for (const { accessToken } of lost) {
      t.throws(() => other.verify(accessToken), unavailable)
      t.ok(one.verify(accessToken), 'onStale accept')
    }
    t.match(
      other.events.filter(({ type }) => type === 'feed_stale'),
      [{ shard: gone }],
    )
    down.clear()
    await all.pass(1000)
    t.same(
      other.events.filter(({ type }) => type === 'feed_fresh'),
      [{ type: 'feed_fresh', shard: gone }],
    )
    t.ok(other.verify(lost[0]?.accessToken ?? ''))
    await one.revoke({ token: lost[0]?.accessToken ?? '' })
    await all.pass(1000)
    t.throws(() => other.verify(lost[0]?.accessToken ?? ''), revoked)
  },
)

t.test('what a shard has lost is applied again there, and nothing of the others', async t => {
  const down = new Set<number>()
  let lossy = -1
  const all = fleet(t, now => {
    const [first, second] = [sharded(now, down), sharded(now, down)]
    const at = (shard: number): Store => (shard === lossy ? second : first)
    const shardOf = first.shardOf as (subjectHash: string) => number
    return {
      ...first,
      delete: async (ref, how) => at(shardOf(ref.subjectHash)).delete(ref, how),
      revokedSince: async (cursor, how) => at(how?.shard ?? 0).revokedSince(cursor, how),
    }
  })
  const one = all.join()
  await one.ready()
  const logins = await Promise.all(
    Array.from({ length: 40 }, (_, index) => one.issue({ subject: `${index}` })),
  )
  for (const { accessToken } of logins) {
    await one.revoke({ token: accessToken })
  }
  await all.pass(2000)
  lossy = 2
  await all.pass(2000)
  const inShard = logins.filter(({ refreshToken }) => {
    const subjectHash = Buffer.from(refreshToken, 'base64url').toString('base64url', 5, 21)
    return all.store.shardOf?.(subjectHash) === lossy
  })
  const healed = one.events.flatMap(event => (event.type === 'revocation_healed' ? [event.sid] : []))
  t.ok(inShard.length > 0)
  t.same(healed.sort(), inShard.map(({ sid }) => sid).sort())
})

t.test(
  'the read of all of it takes each entry once in a third of the window, however many shards there are',
  async t => {
    const down = new Set<number>()
    const all = fleet(t, now => sharded(now, down))
    for (let index = 0; index < 4000; index++) {
      await all.store.delete(
        { subjectHash: index < 3500 ? '0' : `${index % shards}`, sid: `${index}` },
        { keepFor: 900, always: true },
      )
    }
    const { revokedSince } = all.store
    let entries = 0
    all.store.revokedSince = async (...asked) => {
      const answer = await revokedSince(...asked)
      entries += answer.revoked.length
      return answer
    }
    const one = all.join()
    await one.ready()
    await all.pass(310_000)
    entries = 0
    await all.pass(300_000)
    t.equal(entries, 4000)
  },
)
