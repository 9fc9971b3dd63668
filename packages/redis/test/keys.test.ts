import { randomBytes } from 'node:crypto'
import { createTokens, type Tokens } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import { Redis } from 'ioredis'
import t from 'tap'
import { bucketOf } from '#internal/keys'
import { startRedis } from '../../../test/helpers/redis.js'

const secret = 'T25lIGtleSBmb3IgZWFjaCB1c2VyLCBhbmQgYSBmZWVkLg=='
const server = await startRedis()
const redis = new Redis(server.port, '127.0.0.1')
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})
t.beforeEach(() => redis.flushall())

const prefix = 'app'
const made = new Set<Tokens>()
const make = (options = {}): Tokens => {
  const tokens = createTokens({ secret, store: redisStore(redis, { prefix }), ...options })
  made.add(tokens)
  return tokens
}
// An instance would apply its revocations again when the keys of a test are gone.
t.afterEach(async () => {
  await Promise.all([...made].map(tokens => tokens.close()))
  made.clear()
})
/** Those that last: a receipt goes within seconds. */
const keys = async (): Promise<string[]> =>
  (await redis.keys('*')).filter(key => !key.includes(':receipt:')).sort()

t.test('there is one key for each subject, in the slot of its feed', async t => {
  const tokens = make()
  await Promise.all([1, 2, 3].map(() => tokens.issue({ subject: 'ada' })))
  await tokens.issue({ subject: 'bob' })
  const found = await keys()
  t.equal(found.length, 2)
  t.ok(
    found.every(key => /^\{app:[0-9a-f]\}:s:[\w-]{22}$/.test(key)),
    `${found}`,
  )
  await tokens.revokeAll('ada')
  const [slot] = /^\{.*?\}/.exec((await keys()).find(key => key.endsWith(':feed')) ?? '') ?? []
  t.ok(found.some(key => key.startsWith(`${slot}:s:`)))
  t.equal(
    (await keys()).length,
    3,
    'the key of a subject without sessions is gone; a feed and its window came',
  )
})

t.test('a key lives for as long as its longest session, never for ever, and is never shortened', async t => {
  const long = make({ idleTimeout: '10d' })
  const { refreshToken } = await long.issue({ subject: 'ada' })
  const [key = ''] = await keys()
  const ttl = await redis.pttl(key)
  t.ok(ttl > 863_990_000 && ttl <= 864_000_000, `${ttl}`)
  const short = make({ idleTimeout: '1d', recoveryWindow: 60 })
  const other = await short.issue({ subject: 'ada' })
  await short.refresh(other.refreshToken)
  t.ok((await redis.pttl(key)) > 863_000_000)
  await redis.persist(key)
  await long.refresh(refreshToken)
  t.ok((await redis.pttl(key)) > 863_990_000, 'also when somebody made it eternal')
  await long.revokeAll('ada')
  for (const each of await keys()) {
    t.ok((await redis.ttl(each)) > 0, each)
  }
})

t.test('only what ends a session leaves a receipt, for as long as its command may run', async t => {
  const tokens = make({ sessionsPerSubject: 2 })
  const receipts = (): Promise<string[]> => redis.keys('*:receipt:*')
  const login = () => tokens.issue({ subject: 'ada' })
  const first = await login()
  const { refreshToken: second } = await tokens.refresh(first.refreshToken)
  await tokens.refresh(second)
  await tokens.sessions('ada')
  await tokens.introspect(first.accessToken)
  await tokens.revoke({ subject: 'bob', sid: first.sid })
  await tokens.revokeAll('bob')
  t.same(await receipts(), [], 'these have ended nothing')
  const endings: Record<string, () => Promise<unknown>> = {
    'a reuse': () => t.rejects(tokens.refresh(first.refreshToken)),
    'a log-out': async () => tokens.revoke({ token: (await login()).accessToken }),
    'a log-out everywhere': async () => {
      await login()
      return tokens.revokeAll('ada')
    },
    'a login that replaces': async () =>
      tokens.issue({ subject: 'ada', replaces: (await login()).refreshToken }),
    'a login that evicts': async () => {
      await login()
      return login()
    },
  }
  for (const [what, end] of Object.entries(endings)) {
    await redis.del('none', ...(await receipts()))
    await end()
    const [receipt = '', ...more] = await receipts()
    t.match([receipt, more], [/^\{app:[0-9a-f]\}:receipt:[\w-]+$/, []], what)
    const left = await redis.pttl(receipt)
    t.ok(left > 0 && left <= 2000, `${left} ms`)
  }
})

t.test('storage is constant however often a session rotates', async t => {
  const tokens = make()
  let { refreshToken } = await tokens.issue({ subject: 'ada', claims: { role: 'admin' } })
  refreshToken = (await tokens.refresh(refreshToken)).refreshToken
  const [key = ''] = await keys()
  const before = await redis.memory('USAGE', key)
  for (let rotation = 0; rotation < 1000; rotation++) {
    refreshToken = (await tokens.refresh(refreshToken)).refreshToken
  }
  // The generation has gained a digit or four.
  t.ok(Math.abs(Number(await redis.memory('USAGE', key)) - Number(before)) <= 32)
  t.same(await keys(), [key])
})

t.test('R10: a dump of all keys and values has no token and no handle that was issued', async t => {
  const tokens = make()
  const issued: string[] = []
  const note = <T extends { accessToken: string; refreshToken: string }>(each: T): T => {
    const handle = Buffer.from(each.refreshToken, 'base64url').subarray(21, 37)
    issued.push(each.accessToken, each.refreshToken, handle.toString('base64url'), handle.toString('latin1'))
    return each
  }
  for (const subject of ['ada', 'bob', 'eve']) {
    const login = note(await tokens.issue({ subject, claims: { role: 'admin' } }))
    const first = note(await tokens.refresh(login.refreshToken))
    note(await tokens.refresh(login.refreshToken))
    note(await tokens.refresh(first.refreshToken))
  }
  await tokens.revokeAll('eve')
  const dump = await Promise.all(
    (await keys()).map(async key => {
      const type = await redis.type(key)
      const value =
        type === 'hash' ? await redis.hgetall(key) : type === 'zset' ? await redis.zrange(key, 0, '-1') : []
      return key + JSON.stringify(value)
    }),
  )
  t.match(dump.join(), /admin/)
  t.same(
    issued.filter(each => dump.join().includes(each)),
    [],
  )
})

t.test('two prefixes are two deployments', async t => {
  const one = createTokens({ secret, store: redisStore(redis, { prefix: 'one' }) })
  const two = createTokens({ secret, store: redisStore(redis, { prefix: 'two' }) })
  const { refreshToken } = await one.issue({ subject: 'ada' })
  await t.rejects(two.refresh(refreshToken), { code: 'ERR_INVALID_GRANT' })
  t.ok(await one.refresh(refreshToken), 'R7: and nobody was logged out')
})

t.test('a subject is in the bucket that the first four bits of its subjectHash name', async t => {
  for (let first = 0; first < 256; first++) {
    const subjectHash = Buffer.from([first, ...randomBytes(15)]).toString('base64url')
    t.equal(bucketOf(subjectHash), first >> 4)
  }
})
