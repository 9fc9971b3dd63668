import { freePort, type RedisServer, startRedis, startSentinel, until } from './redis.js'

export interface RedisCluster {
  readonly nodes: readonly RedisServer[]
  readonly ports: readonly number[]
  stop(): Promise<void>
}

/**
 * Three masters that share the slots.
 *
 * @param args more settings of each
 */
export async function startCluster(args: readonly string[] = []): Promise<RedisCluster> {
  const cluster = ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf']
  const settings = [
    ...cluster,
    '--cluster-node-timeout',
    '1000',
    '--cluster-announce-ip',
    '127.0.0.1',
    ...args,
  ]
  const nodes: RedisServer[] = []
  for (let index = 0; index < 3; index++) {
    nodes.push(await startRedis({ args: settings }))
  }
  const per = Math.ceil(16_384 / nodes.length)
  await Promise.all(
    nodes.map(async (node, index) => {
      const last = Math.min(16_383, (index + 1) * per - 1)
      await node.command('CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`)
      const slots = Array.from({ length: last - index * per + 1 }, (_, slot) => `${index * per + slot}`)
      await node.command('CLUSTER', 'ADDSLOTS', ...slots)
    }),
  )
  for (const { port } of nodes.slice(1)) {
    await nodes[0]?.command('CLUSTER', 'MEET', '127.0.0.1', `${port}`)
  }
  for (const node of nodes) {
    await until('the cluster is up', async () => {
      const info = await node.command('CLUSTER', 'INFO')
      return /cluster_state:ok.*cluster_slots_ok:16384.*cluster_known_nodes:3/s.test(info)
    })
  }
  return {
    nodes,
    ports: nodes.map(({ port }) => port),
    async stop() {
      await Promise.all(nodes.map(node => node.stop()))
    },
  }
}

export interface SentinelSet {
  readonly name: string
  readonly master: RedisServer
  readonly replica: RedisServer
  readonly sentinelPorts: readonly number[]
  stop(): Promise<void>
}

/** A master, a replica, and three sentinels that know each other. */
export async function startSentinels(): Promise<SentinelSet> {
  const name = 'main'
  const master = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] })
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', `${master.port}`] })
  const sentinels: RedisServer[] = []
  for (let index = 0; index < 3; index++) {
    const watch = `sentinel monitor ${name} 127.0.0.1 ${master.port} 2\nsentinel down-after-milliseconds ${name} 1000`
    sentinels.push(
      await startSentinel(await freePort(), `${watch}\nsentinel failover-timeout ${name} 3000\n`),
    )
  }
  for (const sentinel of sentinels) {
    await until('the sentinels know each other', async () => {
      const fields = (await sentinel.command('SENTINEL', 'MASTER', name)).split('\n')
      const value = (field: string): string | undefined => fields[fields.indexOf(field) + 1]
      return (
        value('num-other-sentinels') === '2' && value('num-slaves') === '1' && value('flags') === 'master'
      )
    })
  }
  return {
    name,
    master,
    replica,
    sentinelPorts: sentinels.map(({ port }) => port),
    async stop() {
      await Promise.all([master, replica, ...sentinels].map(server => server.stop()))
    },
  }
}
