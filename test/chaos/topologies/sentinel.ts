// A primary and a replica, watched by three sentinels.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, until } from '../../helpers/redis.js'
import { RedisProcess } from '../processes.js'
import { failovers, isPromoted, type Pair } from './failovers.js'
import { createMember, haveReplicated, type Member, primariesOf, stopMembers } from './member.js'
import { troubleReplies } from './replies.js'
import type { StartTopology } from './topology.js'

const name = 'main'

async function startSentinel(index: number, primary: Member): Promise<RedisProcess> {
  const host = `127.0.0.${21 + index}`
  const port = await freePort()
  const sentinel = new RedisProcess({ host, port }, [])
  const file = join(sentinel.folder, 'sentinel.conf')
  await writeFile(
    file,
    `port ${port}
bind ${host} 127.0.0.1
bind-source-addr ${host}
dir ${sentinel.folder}
protected-mode no
sentinel monitor ${name} 127.0.0.1 ${primary.port} 2
sentinel down-after-milliseconds ${name} 1000
sentinel failover-timeout ${name} 2000
`,
  )
  await sentinel.start([], file)
  return sentinel
}

export const startSentinels: StartTopology = async ({ random, away, minReplicas }) => {
  const members: Member[] = []
  for (const index of [0, 1]) {
    members.push(
      await createMember(index, random, port => [
        ...['--replica-announce-ip', '127.0.0.1', '--replica-announce-port', `${port}`],
        ...['--repl-diskless-sync-delay', '0', '--min-replicas-to-write', `${minReplicas}`],
        ...['--repl-ping-replica-period', '1', '--repl-timeout', '5'],
      ]),
    )
  }
  const [first, second] = members as [Member, Member]
  await first.server.start()
  await second.server.start(['--replicaof', '127.0.0.1', `${first.port}`])
  const sentinels: RedisProcess[] = []
  for (const index of [0, 1, 2]) {
    sentinels.push(await startSentinel(index, first))
  }
  const hosts = [...members.map(({ server }) => server), ...sentinels].map(({ address }) => address.host)

  /** Of the primary, as this sentinel sees it. */
  async function field(sentinel: RedisProcess, wanted: string): Promise<string | undefined> {
    const fields = (await sentinel.command('SENTINEL', 'MASTER', name).catch(() => '')).split('\n')
    return fields[fields.indexOf(wanted) + 1]
  }

  async function settled(): Promise<void> {
    await until(
      'one primary, known to all, with its replica',
      async () => {
        const primaries = await primariesOf(members)
        const seen = await Promise.all(sentinels.map(sentinel => field(sentinel, 'port')))
        const flags = await Promise.all(sentinels.map(sentinel => field(sentinel, 'flags')))
        const replicas = await Promise.all(sentinels.map(sentinel => field(sentinel, 'num-slaves')))
        const others = await Promise.all(sentinels.map(sentinel => field(sentinel, 'num-other-sentinels')))
        return (
          primaries.length === 1 &&
          seen.every(port => port === `${primaries[0]?.port}`) &&
          [...flags, ...replicas, ...others].join() === 'master,master,master,1,1,1,2,2,2'
        )
      },
      60_000,
    )
    await haveReplicated(await primariesOf(members))
  }
  await settled()

  async function roles(): Promise<Pair> {
    const [primary = first] = await primariesOf(members)
    return { primary, replica: primary === first ? second : first }
  }

  const links = members.map(({ link }) => link)
  return {
    reach: { kind: 'sentinel', ports: sentinels.map(({ address }) => address.port) },
    faults: {
      ...failovers({
        members,
        hosts,
        random,
        away,
        pair: roles,
        startAgain: ({ primary, replica }) =>
          primary.server.start(['--replicaof', '127.0.0.1', `${replica.port}`]),
      }),
      async 'planned failover'() {
        const { replica } = await roles()
        await until('a failover is accepted', async () =>
          sentinels[0]
            ? (await sentinels[0].command('SENTINEL', 'FAILOVER', name).catch(String)) === 'OK'
            : false,
        )
        await isPromoted(replica)
      },
      replies: () => troubleReplies(links, random),
    },
    replicated: async () => haveReplicated(await primariesOf(members)),
    settled,
    async stop() {
      await Promise.all(sentinels.map(sentinel => sentinel.kill()))
      await stopMembers(members)
    },
  }
}
