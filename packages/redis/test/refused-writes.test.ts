// A primary may refuse writes for a while. Questions need no write, so they are answered all the same.
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createTokens } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import t from 'tap'
import { type RedisServer, startRedis, until } from '../../../test/helpers/redis.js'
import { singleClients } from './clients.js'

const secret = randomBytes(32).toString('base64url')

/** How to make a primary refuse writes, by the code of its answer. */
const refusals: Record<string, (server: RedisServer) => Promise<unknown>> = {
  NOREPLICAS: server => server.command('CONFIG', 'SET', 'min-replicas-to-write', '1'),
  OOM: server => server.command('CONFIG', 'SET', 'maxmemory', '1'),
  async MISCONF(server) {
    const [, dir = ''] = (await server.command('CONFIG', 'GET', 'dir')).split('\n')
    // Redis can't rename its new file over a folder.
    await mkdir(join(dir, 'dump.rdb'))
    await server.command('CONFIG', 'SET', 'save', '3600 1')
    await server.command('BGSAVE')
    await until('the save has failed', async () =>
      (await server.command('INFO', 'persistence')).includes('rdb_last_bgsave_status:err'),
    )
  },
}

for (const [code, refuseWrites] of Object.entries(refusals)) {
  for (const name of ['ioredis 6', 'node-redis 6']) {
    t.test(`R26, ${name}: ${code} refuses a refresh, and no question`, async t => {
      const server = await startRedis()
      t.teardown(() => server.stop())
      const { client, close } = await (singleClients[name] as (typeof singleClients)[string])(server.port)
      t.teardown(close)
      const store = redisStore(client)
      const tokens = createTokens({ secret, store })
      const { accessToken, refreshToken, sid } = await tokens.issue({ subject: 'alice' })
      const left = await tokens.issue({ subject: 'alice' })
      await tokens.revoke({ subject: 'alice', sid: left.sid })
      await refuseWrites(server)
      // As after a restart or a failover: the scripts are sent as a whole, which may be refused as well.
      await server.command('SCRIPT', 'FLUSH')
      await t.rejects(tokens.refresh(refreshToken), { cause: { message: new RegExp(code) } })
      t.match(await tokens.introspect(accessToken), { sid })
      t.match(await tokens.sessions('alice'), [{ sid }])
      // What other processes have revoked is known as soon as ever.
      t.match(await store.revokedSince(), { revoked: [{ sid: left.sid }] })
    })
  }
}

t.test('R28: a replica answers no question, not even one whose primary would refuse writes', async t => {
  const primary = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] })
  const replica = await startRedis({
    args: ['--replicaof', '127.0.0.1', `${primary.port}`, '--min-replicas-to-write', '1', '--maxmemory', '1'],
  })
  const { client, close } = await (singleClients['ioredis 6'] as (typeof singleClients)[string])(replica.port)
  t.teardown(async () => {
    close()
    await Promise.all([primary.stop(), replica.stop()])
  })
  await until('the replica follows', async () =>
    /master_link_status:up/.test(await replica.command('INFO', 'replication')),
  )
  const store = redisStore(client)
  const isReplica = { name: 'StoreUnavailableError', cause: { message: /is a replica/ } }
  await t.rejects(store.find({ subjectHash: 'AAAAAAAAAAAAAAAAAAAAAA', sid: 'one' }), isReplica)
  await t.rejects(store.list('AAAAAAAAAAAAAAAAAAAAAA'), isReplica)
})

t.test('R28: a user who may not write gets no answer: Redis says that before it says READONLY', async t => {
  const server = await startRedis()
  t.teardown(() => server.stop())
  await server.command('ACL', 'SETUSER', 'default', '-hdel')
  const { client, close } = await (singleClients['ioredis 6'] as (typeof singleClients)[string])(server.port)
  t.teardown(close)
  const store = redisStore(client)
  const mayNot = { name: 'StoreUnavailableError' }
  await t.rejects(store.find({ subjectHash: 'AAAAAAAAAAAAAAAAAAAAAA', sid: 'one' }), mayNot)
  await t.rejects(store.list('AAAAAAAAAAAAAAAAAAAAAA'), mayNot)
})
