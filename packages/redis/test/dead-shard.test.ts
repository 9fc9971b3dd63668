// One node of a real Cluster is gone. Users of the others notice nothing, and their log-outs are known elsewhere.
import { createTokens, type Store } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import t from 'tap'
import { startCluster } from '../../../test/helpers/cluster.js'
import { despiteOutages } from '../../../test/helpers/proxy.js'
import { until } from '../../../test/helpers/redis.js'
import { clusterClients } from './clients.js'

const secret = 'T25lIG5vZGUgaXMgZ29uZSwgYW5kIG5vYm9keSBub3RpY2Vz'
const cluster = await startCluster(['--cluster-require-full-coverage', 'no'])
t.teardown(() => cluster.stop())

/** Counts the reads of each shard that have succeeded, by when they were sent. */
function counting(store: Store): { store: Store; sentAt: Map<number, number> } {
  const sentAt = new Map<number, number>()
  const revokedSince: Store['revokedSince'] = async (cursor, how) => {
    const now = performance.now()
    const answer = await store.revokedSince(cursor, how)
    sentAt.set(how?.shard ?? 0, now)
    return answer
  }
  return { store: { ...store, revokedSince }, sentAt }
}

/** Which node has the slot of a shard: `startCluster` shares the slots out in thirds. */
async function nodeOf(prefix: string, shard: number): Promise<number> {
  const slot = await cluster.nodes[0]?.command('CLUSTER', 'KEYSLOT', `{${prefix}:${shard.toString(16)}}:feed`)
  return Math.floor(Number(slot) / Math.ceil(16_384 / 3))
}

for (const [name, connect] of Object.entries(clusterClients)) {
  t.test(
    `${name}, R26: while a node is gone, log-outs on the others are known by the next read, and onStale is for its users alone`,
    async t => {
      const prefix = `dead-${name.replaceAll(' ', '-')}`
      const [here, there] = await Promise.all([connect(cluster.ports), connect(cluster.ports)])
      const inner = redisStore(there.client, { prefix, timeout: 500 })
      const { store, sentAt } = counting(inner)
      const options = { secret, onStale: 'reject', maxStaleness: '2s' } as const
      const one = createTokens({ ...options, store: redisStore(here.client, { prefix, timeout: 500 }) })
      const other = createTokens({ ...options, store })
      const dead = cluster.nodes[2]
      t.teardown(async () => {
        dead?.process.kill('SIGCONT')
        await Promise.all([one.close(), other.close()])
        here.close()
        there.close()
      })
      await Promise.all([one.ready(), other.ready()])
      const users = await Promise.all(
        Array.from({ length: 24 }, async (_, index) => {
          const { accessToken, refreshToken } = await despiteOutages(() =>
            one.issue({ subject: `user ${index}`, transport: 'body' }),
          )
          const subjectHash = Buffer.from(refreshToken, 'base64url').toString('base64url', 5, 21)
          const shard = inner.shardOf?.(subjectHash) ?? 0
          return { accessToken, refreshToken, shard, isOnDead: (await nodeOf(prefix, shard)) === 2 }
        }),
      )
      const lost = users.filter(({ isOnDead }) => isOnDead)
      const healthy = users.filter(({ isOnDead }) => !isOnDead)
      t.ok(lost.length > 0 && healthy.length > 1)

      dead?.process.kill('SIGSTOP')
      await until('the users of the dead node are stale', async () => {
        try {
          other.verify(lost[0]?.accessToken ?? '')
          return false
        } catch (error) {
          return (error as { code: string }).code === 'ERR_STORE_UNAVAILABLE'
        }
      })
      for (const { accessToken } of healthy) {
        t.ok(other.verify(accessToken), 'nobody else is')
      }
      const [leaving] = healthy
      await despiteOutages(() => one.revoke({ token: leaving?.refreshToken ?? '' }))
      const revokedAt = performance.now()
      await until(
        'a read that was sent after the log-out',
        async () => (sentAt.get(leaving?.shard ?? 0) ?? 0) > revokedAt,
      )
      t.throws(() => other.verify(leaving?.accessToken ?? ''), { code: 'ERR_ACCESS_TOKEN_REVOKED' })
      t.ok(healthy.slice(1).every(({ accessToken }) => other.verify(accessToken)))

      dead?.process.kill('SIGCONT')
      await until('the node is back', async () => {
        try {
          return Boolean(other.verify(lost[0]?.accessToken ?? ''))
        } catch {
          return false
        }
      })
    },
  )
}
