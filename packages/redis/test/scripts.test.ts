import { redisStore } from '@tokenratchet/redis'
import { Redis } from 'ioredis'
import t from 'tap'
import { startRedis, until } from '../../../test/helpers/redis.js'

const server = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] })
const redis = new Redis(server.port, '127.0.0.1')
const store = redisStore(redis)
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})
t.beforeEach(() => redis.flushall())

const subjectHash = 'AAAAAAAAAAAAAAAAAAAAAA'
const slot = '{tokenratchet:0}'
const keepFor = 900
const session = (sid: string) => ({ subjectHash, sid, idleTimeout: 60, lifetime: 600, data: '' })
const create = (sid: string, rules = {}) => store.create(session(sid), { perSubject: 2, keepFor, ...rules })

t.test('R28: no replica answers, not even a question', async t => {
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', `${server.port}`] })
  const client = new Redis(replica.port, '127.0.0.1')
  t.teardown(async () => {
    client.disconnect()
    await replica.stop()
  })
  await until('the replica follows', async () =>
    /master_link_status:up/.test(await client.info('replication')),
  )
  await create('one')
  const apart = redisStore(client)
  const readOnly = { name: 'StoreUnavailableError', cause: { message: /is a replica/ } }
  await t.rejects(apart.find({ subjectHash, sid: 'one' }), readOnly)
  await t.rejects(apart.list(subjectHash), readOnly)
  await t.rejects(apart.revokedSince(), readOnly)
  t.ok(await store.find({ subjectHash, sid: 'one' }))
})

t.test(
  'a feed that is older than the cursor is read as a whole: it was lost, or its clock was set back',
  async t => {
    await create('one')
    await store.delete({ subjectHash, sid: 'one' }, { keepFor })
    const { cursor } = await store.revokedSince()
    t.same((await store.revokedSince(cursor)).revoked, [])
    await redis.del(`${slot}:feed`)
    const lost = await store.revokedSince(cursor)
    t.same(lost.revoked, [])
    await create('two')
    await store.delete({ subjectHash, sid: 'two' }, { keepFor })
    t.match((await store.revokedSince(lost.cursor)).revoked, [{ subjectHash, sid: 'two' }])
    const ahead = Array.from({ length: 16 }, () => '9007199254740991').join()
    t.match((await store.revokedSince(ahead)).revoked, [{ subjectHash, sid: 'two' }])
    for (const garbage of ['', 'x', ',,,', '-1,NaN']) {
      t.match(
        (await store.revokedSince(garbage)).revoked,
        [{ subjectHash, sid: 'two' }],
        `cursor '${garbage}'`,
      )
    }
  },
)

t.test('a create that can not announce leaves no session behind', async t => {
  await create('one')
  await create('two')
  await redis.set(`${slot}:feed`, 'not ours')
  const before = await redis.hgetall(`${slot}:s:${subjectHash}`)
  await t.rejects(create('three'), { cause: { message: /choose another prefix/ } })
  await t.rejects(create('three', { perSubject: 9, replaces: { subjectHash, sid: 'one' } }), {
    cause: { message: /choose another prefix/ },
  })
  t.same(await redis.hgetall(`${slot}:s:${subjectHash}`), before)
})

t.test('a session that is created over its own expired record is there', async t => {
  await redis.hset(`${slot}:s:${subjectHash}`, 'one', '0 -1 0 0 0 1000 60 60 old')
  t.match(await create('one'), { session: { sid: 'one', data: '' } })
  t.match(await store.list(subjectHash), [{ sid: 'one' }])
})

t.test('expired records are dropped by the next login of their subject', async t => {
  await redis.hset(`${slot}:s:${subjectHash}`, 'old', '0 -1 0 0 0 1000 60 60 old')
  t.match(await create('one', { perSubject: 1 }), { evicted: [] })
  t.same(await redis.hkeys(`${slot}:s:${subjectHash}`), ['one'])
})
