// One client that is sent to another server for a while, as by a wrong entry in DNS, and back.
import { randomBytes } from 'node:crypto'
import { createTokens, type TokenEvent } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import { Redis } from 'ioredis'
import t from 'tap'
import { startProxy } from '../../../test/helpers/proxy.js'
import { type RedisServer, startRedis } from '../../../test/helpers/redis.js'
import { stillClock } from '../../../test/helpers/still-clock.js'

const secret = randomBytes(32).toString('base64url')

/** All keys and values, and when they expire. */
async function dump(server: RedisServer): Promise<string> {
  const keys = (await server.command('KEYS', '*')).split('\n').sort()
  const values = keys.map(async key => [
    key,
    await server.command('DUMP', key),
    await server.command('PEXPIRETIME', key),
  ])
  return JSON.stringify(await Promise.all(values))
}

t.test('R34: a process that was sent to an empty server and back has ended nobody’s session', async t => {
  const [right, empty] = await Promise.all([startRedis(), startRedis()])
  const proxy = await startProxy(right.port)
  const moved = new Redis(proxy.port, '127.0.0.1', { retryStrategy: () => 20 })
  const steady = new Redis(right.port, '127.0.0.1')
  t.teardown(async () => {
    moved.disconnect()
    steady.disconnect()
    await Promise.all([proxy.close(), right.stop(), empty.stop()])
  })
  moved.on('error', () => {})
  const clock = stillClock(t, 2)
  const events: TokenEvent[] = []
  const join = (client: Redis) => {
    const store = clock.watched(redisStore(client))
    const tokens = createTokens({ secret, store, onEvent: event => void events.push(event) })
    t.teardown(() => tokens.close())
    return tokens
  }
  const [one, other] = [join(moved), join(steady)]
  const sendTo = async (server: RedisServer): Promise<void> => {
    proxy.target = server.port
    proxy.cut()
    await clock.until(() => moved.status !== 'ready')
    await clock.until(() => moved.status === 'ready')
  }
  await Promise.all([one.ready(), other.ready()])
  const users = Array.from({ length: 20 }, (_, index) => `user ${index % 7}`)
  const logins = await Promise.all(users.map(subject => one.issue({ subject })))
  await clock.pass(1)
  const before = await dump(right)

  await sendTo(empty)
  events.length = 0
  for (const [index, { accessToken, refreshToken, sid }] of logins.entries()) {
    const subject = users[index] as string
    await t.rejects(one.introspect(accessToken), { code: 'ERR_ACCESS_TOKEN_REVOKED' })
    await t.rejects(one.refresh(refreshToken), { code: 'ERR_INVALID_GRANT' })
    t.same(await one.sessions(subject), [])
    t.equal(await one.revoke({ subject, sid }), undefined)
    t.same(await one.revokeAll(subject), [])
  }
  await clock.pass(2)
  t.equal(await empty.command('KEYS', '*'), '', 'the empty server stays so')

  await sendTo(right)
  await clock.pass(125)
  t.equal(await dump(right), before, 'not a byte has changed')
  t.same(new Set(events.map(({ type }) => type)), new Set(['refused']))
  for (const { accessToken, refreshToken, sid } of logins) {
    t.equal((await one.introspect(accessToken)).sid, sid)
    t.equal(other.verify(accessToken).sid, sid)
    const { refreshToken: next } = await one.refresh(refreshToken)
    t.ok(await other.refresh(next))
  }
})
