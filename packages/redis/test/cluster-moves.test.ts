import { randomBytes } from 'node:crypto'
import { createTokens } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import t from 'tap'
import { startCluster } from '../../../test/helpers/cluster.js'
import { despiteOutages } from '../../../test/helpers/proxy.js'
import { type RedisServer, until } from '../../../test/helpers/redis.js'
import { clusterClients } from './clients.js'

const secret = randomBytes(32).toString('base64url')
const cluster = await startCluster()
t.teardown(() => cluster.stop())

/** Some node that has the key of this bucket, and one that has not. */
async function whereIs(slot: string): Promise<{ owner: RedisServer; target: RedisServer }> {
  const counts = await Promise.all(
    cluster.nodes.map(node => node.command('CLUSTER', 'COUNTKEYSINSLOT', slot)),
  )
  const index = counts.findIndex(count => Number(count) > 0)
  const owner = cluster.nodes[index] as RedisServer
  return { owner, target: cluster.nodes[(index + 1) % 3] as RedisServer }
}

/** As redis-cli does it: key by key, while both nodes answer for what they have. */
async function move(slot: string, between: () => Promise<unknown>): Promise<void> {
  const { owner, target } = await whereIs(slot)
  const [ownerId, targetId] = await Promise.all(
    [owner, target].map(async node => (await node.command('CLUSTER', 'MYID')).trim()),
  )
  await target.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', `${ownerId}`)
  await owner.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', `${targetId}`)
  await between()
  for (const key of (await owner.command('CLUSTER', 'GETKEYSINSLOT', slot, '100')).split('\n')) {
    await owner.command('MIGRATE', '127.0.0.1', `${target.port}`, key, '0', '1000')
    await between()
  }
  for (const node of [target, owner, ...cluster.nodes]) {
    await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', `${targetId}`)
    await between()
  }
}

for (const [name, connect] of Object.entries(clusterClients)) {
  t.test(
    `${name}, R26: while its slot moves between nodes, each refresh succeeds or is a 503, and no session ends`,
    async t => {
      const { client, close } = await connect(cluster.ports)
      t.teardown(close)
      const prefix = name.replaceAll(' ', '-')
      const tokens = createTokens({ secret, store: redisStore(client, { prefix, timeout: 500 }) })
      const issued = await tokens.issue({ subject: 'alice' })
      // So that the bucket has a feed too: a script then needs keys of both nodes.
      await tokens.revoke({ token: (await tokens.issue({ subject: 'alice' })).refreshToken })

      const bucket = (Buffer.from(issued.refreshToken, 'base64url')[5] as number) >> 4
      const [node] = cluster.nodes
      const slot = `${await node?.command('CLUSTER', 'KEYSLOT', `{${prefix}:${bucket.toString(16)}}`)}`.trim()
      const codes: string[] = []
      let token = issued.refreshToken
      let moved = false
      const refreshing = (async () => {
        for (let count = 0; count < 10_000 && !moved; count++) {
          const [outcome] = await Promise.allSettled([tokens.refresh(token)])
          token = outcome?.status === 'fulfilled' ? outcome.value.refreshToken : token
          codes.push(outcome?.status === 'rejected' ? outcome.reason.code : 'refreshed')
        }
      })()
      // At each step a whole refresh or refusal, so that none goes by unseen.
      await move(slot, async () => {
        const seen = codes.length
        await until('another refresh', async () => codes.length >= seen + 2)
      })
      moved = true
      await refreshing
      t.strictSame([...new Set(codes)].sort(), ['ERR_STORE_UNAVAILABLE', 'refreshed'], 'nothing else')
      const { refreshToken } = await despiteOutages(() => tokens.refresh(token))
      t.ok(await tokens.refresh(refreshToken))
      t.equal((await tokens.sessions('alice')).length, 1)
    },
  )
}

for (const name of ['node-redis 6 cluster', 'node-redis 5 cluster'] as const) {
  t.test(`${name}, R26: a refresh that a moving slot refuses succeeds when the slot has moved`, async t => {
    const { client, close } = await (clusterClients[name] as (typeof clusterClients)[string])(cluster.ports)
    t.teardown(close)
    const refused = refusalsOf(client as never)
    const prefix = name.replaceAll(' ', '-within-')
    const tokens = createTokens({ secret, store: redisStore(client, { prefix, timeout: 30_000 }) })
    const { refreshToken } = await tokens.issue({ subject: 'bob' })
    await tokens.revoke({ token: (await tokens.issue({ subject: 'bob' })).refreshToken })
    const bucket = (Buffer.from(refreshToken, 'base64url')[5] as number) >> 4
    const [node] = cluster.nodes
    const slot = `${await node?.command('CLUSTER', 'KEYSLOT', `{${prefix}:${bucket.toString(16)}}`)}`.trim()
    let refreshing: Promise<unknown> | undefined
    await move(slot, async () => {
      // The receipt is a key that is not there, so the refresh is refused from the first step to the last.
      refreshing ??= tokens.refresh(refreshToken)
      await until('the refresh was refused', async () => refused.some(text => text.startsWith('TRYAGAIN')))
    })
    t.ok(await refreshing)
  })
}

/** The errors of scripts, as the client passes them on. */
function refusalsOf(client: { evalSha: (...args: unknown[]) => Promise<unknown> }): string[] {
  const refused: string[] = []
  const evalSha = client.evalSha.bind(client)
  client.evalSha = (...args) =>
    evalSha(...args).catch((error: Error) => {
      refused.push(error.message)
      throw error
    })
  return refused
}
