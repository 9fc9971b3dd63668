// Records and feeds with numbers that nobody can have written: an outage, and not a byte is changed.
import { createTokens } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import { Redis } from 'ioredis'
import t from 'tap'
import { startRedis } from '../../../test/helpers/redis.js'

const secret = 'TnVtYmVycyB0aGF0IG5vYm9keSBjYW4gaGF2ZSB3cml0dGVu'
const server = await startRedis()
const redis = new Redis(server.port, '127.0.0.1')
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})

const max = 2 ** 48 - 1
const huge = [`${2 ** 48}`, `${2 ** 53}`, `${2n ** 64n}`, '9'.repeat(309)]

/** The numbers of a record in their order, and for each what it can't be. */
const fields: Readonly<Record<string, readonly string[]>> = {
  newest: [...huge, '-1'],
  parent: [...huge, '-2'],
  first: [...huge, '-1'],
  recover: [...huge, `-${2 ** 48}`],
  // Together with the time of the creation it is a time.
  used: [...huge, `-${2 ** 48}`, `${max}`],
  created: [...huge, '-1'],
  lifetime: [...huge, '-1', `${max}`, `${2 ** 40}`],
  timeout: [...huge, '-1'],
}

/** Everything on the server, to the byte, and when it expires. */
async function dump(): Promise<string> {
  const keys = (await redis.keys('*')).sort()
  const values = keys.map(async key => [
    key,
    (await redis.dumpBuffer(key))?.toString('hex'),
    await redis.pexpiretime(key),
  ])
  return JSON.stringify(await Promise.all(values))
}

/** Two sessions of one subject, so that one can be asked for beside the other, whose record is hostile. */
async function arrange() {
  await redis.flushall()
  const store = redisStore(redis)
  const tokens = createTokens({ secret, store, sessionsPerSubject: 2 })
  await tokens.ready()
  await tokens.close()
  const own = await tokens.issue({ subject: 'ada' })
  const other = await tokens.issue({ subject: 'ada' })
  const [key = ''] = await redis.keys('*:s:*')
  const [record = ''] = await redis.hmget(key, own.sid)
  return { tokens, own, other, key, record: `${record}`.split(' ') }
}

type Arranged = Awaited<ReturnType<typeof arrange>>

/** Every verb whose script reads the record of this session. */
const verbs: Record<string, (of: Arranged) => Promise<unknown>> = {
  'a login beside it': ({ tokens }) => tokens.issue({ subject: 'ada' }),
  'a login that replaces it': ({ tokens, own }) =>
    tokens.issue({ subject: 'ada', replaces: own.refreshToken }),
  'a login as somebody else that replaces it': ({ tokens, own }) =>
    tokens.issue({ subject: 'bob', replaces: own.refreshToken }),
  refresh: ({ tokens, own }) => tokens.refresh(own.refreshToken),
  'refresh with a scope': ({ tokens, own }) => tokens.refresh(own.refreshToken, { scope: 'read' }),
  introspect: ({ tokens, own }) => tokens.introspect(own.accessToken),
  sessions: ({ tokens }) => tokens.sessions('ada'),
  'revoke by token': ({ tokens, own }) => tokens.revoke({ token: own.refreshToken }),
  'revoke by sid': ({ tokens, own: { sid } }) => tokens.revoke({ subject: 'ada', sid }),
  revokeAll: ({ tokens }) => tokens.revokeAll('ada'),
  'revokeAll but this one': ({ tokens, own: { sid } }) => tokens.revokeAll('ada', { except: sid }),
}

const malformed = {
  code: 'ERR_STORE_UNAVAILABLE',
  status: 503,
  cause: { message: /a session record is malformed/ },
}

for (const [position, [name, values]] of Object.entries(fields).entries()) {
  t.test(`R26: a record whose ${name} is out of bounds is an outage, and nothing is written`, async t => {
    const made = await arrange()
    const { key, own, other, record, tokens } = made
    for (const value of values) {
      await redis.hset(key, own.sid, record.toSpliced(position, 1, value).join(' '))
      const before = await dump()
      for (const [verb, ask] of Object.entries(verbs)) {
        await t.rejects(ask(made), malformed, `${verb}, ${name} = ${value.slice(0, 20)}`)
        t.equal(await dump(), before, `${verb} wrote nothing`)
      }
    }
    await redis.hset(key, own.sid, record.join(' '))
    t.ok(tokens.verify(own.accessToken))
    t.ok(await tokens.refresh(own.refreshToken), 'nobody was logged out')
    t.ok(await tokens.refresh(other.refreshToken))
  })
}

t.test('R26: a record whose next generation would have more than 6 bytes is an outage, too', async t => {
  const { key, own, record, tokens } = await arrange()
  for (const [newest, parent, first] of [
    [max, -1, 0],
    [max, 0, 1],
  ]) {
    const full = [`${newest}`, `${parent}`, `${first}`, `${max}`, ...record.slice(4)]
    await redis.hset(key, own.sid, full.join(' '))
    const before = await dump()
    await t.rejects(tokens.refresh(own.refreshToken), {
      code: 'ERR_STORE_UNAVAILABLE',
      cause: { message: /would exceed 281474976710655/ },
    })
    t.equal(await dump(), before)
  }
  t.equal((await tokens.sessions('ada')).length, 2, 'it can still be read')
  t.equal(await tokens.revoke({ token: own.refreshToken }), own.sid, 'and ended')
})

/** Every verb that announces a revocation. */
const announcing: Record<string, (of: Arranged) => Promise<unknown>> = {
  'a login that evicts': ({ tokens }) => tokens.issue({ subject: 'ada' }),
  'a login that replaces': verbs['a login that replaces it'] as (of: Arranged) => Promise<unknown>,
  'a refresh that ends the session': ({ tokens, own }) => tokens.refresh(own.refreshToken),
  'revoke by token': ({ tokens, own }) => tokens.revoke({ token: own.refreshToken }),
  'revoke by sid': ({ tokens, own: { sid } }) => tokens.revoke({ subject: 'ada', sid }),
  revokeAll: ({ tokens }) => tokens.revokeAll('ada'),
}

t.test('R26: a feed whose numbers nobody can have written is an outage, and nothing is written', async t => {
  const made = await arrange()
  const { tokens, own, key } = made
  const { refreshToken } = await tokens.refresh(own.refreshToken)
  await tokens.refresh(refreshToken)
  const [slot = ''] = /^\{.*?\}/.exec(key) ?? []
  const plants: (() => Promise<unknown>)[] = [
    ...['9007199254740991', '1e308', '+inf'].map(
      score => () => redis.zadd(`${slot}:feed`, score, `${'a'.repeat(22)}|${'b'.repeat(22)}`),
    ),
    ...[...huge, '1e308', 'garbage', 'nan', ''].map(text => () => redis.set(`${slot}:window`, text)),
  ]
  for (const plant of plants) {
    await redis.del(`${slot}:feed`, `${slot}:window`)
    await plant()
    const before = await dump()
    for (const [verb, ask] of Object.entries(announcing)) {
      const expected = {
        code: 'ERR_STORE_UNAVAILABLE',
        cause: { message: /feed .* is malformed/ },
      }
      await t.rejects(ask(made), expected, verb)
      t.equal(await dump(), before, `${verb} wrote nothing`)
    }
    t.ok(tokens.verify(own.accessToken), 'nobody was logged out')
  }
  await redis.del(`${slot}:feed`, `${slot}:window`)
  t.equal(await tokens.revoke({ token: own.refreshToken }), own.sid)
})

t.test('a feed with an impossible score can still be read, and read on from', async t => {
  const { key } = await arrange()
  const [slot = ''] = /^\{.*?\}/.exec(key) ?? []
  const store = redisStore(redis)
  const planted = { subjectHash: 'a'.repeat(22), sid: 'b'.repeat(22) }
  for (const score of ['9007199254740991', '1e308', '+inf', '-inf', '-5']) {
    await redis.del(`${slot}:feed`)
    await redis.zadd(`${slot}:feed`, score, `${planted.subjectHash}|${planted.sid}`)
    const { revoked, cursor } = await store.revokedSince()
    t.match(revoked, [planted])
    t.ok(Number.isFinite(revoked[0]?.age), `the age of ${score} is a number`)
    t.ok(await store.revokedSince(cursor))
  }
})
