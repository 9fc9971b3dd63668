import { createTokens } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import { Redis } from 'ioredis'
import t from 'tap'
import { startProxy } from '../../../test/helpers/proxy.js'
import { freePort, startRedis, until } from '../../../test/helpers/redis.js'

const secret = 'QSBkZWxldGlvbiB0aGF0IGNvbWVzIHRvbyBsYXRlIGVuZHMgbm9ib2R5'

for (const known of [true, false]) {
  const process = known
    ? 'a process that knows the time of the server'
    : 'a process that never reached the server'
  t.test(`R27: a log-out everywhere that ${process} sends late spares the logins since`, async t => {
    const server = await startRedis()
    const proxy = await startProxy(known ? server.port : await freePort())
    const apart = new Redis(server.port, '127.0.0.1')
    const settings = { retryStrategy: () => 50, maxRetriesPerRequest: null }
    const client = new Redis(proxy.port, '127.0.0.1', settings)
    client.on('error', () => {})
    t.teardown(async () => {
      client.disconnect()
      apart.disconnect()
      await proxy.close()
      await server.stop()
    })
    const elsewhere = createTokens({ secret, store: redisStore(apart) })
    const cutOff = createTokens({ secret, store: redisStore(client, { timeout: 300 }) })
    if (known) {
      await cutOff.issue({ subject: 'alice' })
      proxy.target = await freePort()
      proxy.cut()
    }
    await t.rejects(cutOff.revokeAll('alice'), { code: 'ERR_STORE_UNAVAILABLE' })

    const { refreshToken } = await elsewhere.issue({ subject: 'alice' })
    const before = proxy.commands.length
    proxy.target = server.port
    await until('the command was sent', async () =>
      proxy.commands.slice(before).some(each => /^EVAL/.test(each)),
    )
    await client.ping()
    t.ok(await elsewhere.refresh(refreshToken))
    await cutOff.revokeAll('alice')
    t.same(await elsewhere.sessions('alice'), [], 'asked again, it holds')
  })
}
