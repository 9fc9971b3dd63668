// Three primaries that share the slots, each with a replica.
import { until } from '../../helpers/redis.js'
import { pick } from '../random.js'
import { failovers, isPromoted, type Pair } from './failovers.js'
import { createMember, haveReplicated, type Member, primariesOf, stopMembers } from './member.js'
import { moveSlot } from './move-slot.js'
import { troubleReplies } from './replies.js'
import type { StartTopology } from './topology.js'

const settings = (port: number, minReplicas: number): string[] => [
  ...['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-node-timeout', '1000'],
  ...['--cluster-announce-ip', '127.0.0.1', '--cluster-announce-port', `${port}`],
  ...['--cluster-announce-bus-port', `${port + 10_000}`, '--cluster-require-full-coverage', 'no'],
  ...['--cluster-allow-replica-migration', 'no', '--cluster-replica-validity-factor', '0'],
  ...['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1', '--repl-timeout', '5'],
  ...['--min-replicas-to-write', `${minReplicas}`],
]

export const startCluster: StartTopology = async ({ random, away, minReplicas, prefix }) => {
  const members: Member[] = []
  for (let index = 0; index < 6; index++) {
    const member = await createMember(index, random, port => settings(port, minReplicas))
    await member.server.start()
    members.push(member)
  }
  const ids = await join(members)
  const hosts = members.map(({ server }) => server.address.host)

  async function settled(): Promise<void> {
    await until(
      'three primaries, known to all, each with its replica',
      async () => {
        const states = await Promise.all(
          members.map(({ server }) => server.command('CLUSTER', 'INFO').catch(() => '')),
        )
        const views = await Promise.all(
          members.map(({ server }) => server.command('CLUSTER', 'NODES').catch(() => 'fail')),
        )
        return (
          states.every(state => /cluster_state:ok.*cluster_slots_ok:16384/s.test(state)) &&
          !views.some(view => /fail|handshake|disconnected/.test(view)) &&
          (await primariesOf(members)).length === 3
        )
      },
      60_000,
    )
    await haveReplicated(await primariesOf(members))
  }
  await settled()

  /** Some primary, with its replica. */
  async function some(): Promise<Pair> {
    const primary = pick(random, await primariesOf(members))
    const id = ids.get(primary)
    const view = await primary.server.command('CLUSTER', 'NODES')
    const line = view.split('\n').find(each => each.includes(`slave ${id}`)) ?? ''
    const replica = members.find(each => line.startsWith(`${ids.get(each)}`))
    if (replica === undefined) {
      throw new Error(`no replica of ${id}:\n${view}`)
    }
    return { primary, replica }
  }

  const links = members.map(({ link }) => link)
  return {
    reach: { kind: 'cluster', ports: members.map(({ port }) => port) },
    faults: {
      ...failovers({
        members,
        hosts,
        random,
        away,
        pair: some,
        startAgain: ({ primary }) => primary.server.start(),
      }),
      async 'planned failover'() {
        const { replica } = await some()
        await replica.server.command('CLUSTER', 'FAILOVER')
        await isPromoted(replica)
      },
      'slot move': async () => moveSlot(await primariesOf(members), ids, prefix, random),
      replies: () => troubleReplies(links, random),
    },
    replicated: async () => haveReplicated(await primariesOf(members)),
    settled,
    stop: () => stopMembers(members),
  }
}

/** @returns the id of each node */
async function join(members: readonly Member[]): Promise<Map<Member, string>> {
  const primaries = members.slice(0, 3)
  const per = Math.ceil(16_384 / 3)
  for (const [index, { server }] of primaries.entries()) {
    await server.command('CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`)
    const last = Math.min(16_383, (index + 1) * per - 1)
    await server.command('CLUSTER', 'ADDSLOTSRANGE', `${index * per}`, `${last}`)
  }
  for (const { port } of members.slice(1)) {
    await members[0]?.server.command('CLUSTER', 'MEET', '127.0.0.1', `${port}`, `${port + 10_000}`)
  }
  const ids = new Map<Member, string>()
  for (const member of members) {
    ids.set(member, (await member.server.command('CLUSTER', 'MYID')).trim())
  }
  for (const [index, { server }] of members.slice(3).entries()) {
    const id = `${ids.get(primaries[index] as Member)}`
    await until('the node knows its primary', async () => {
      const answer = await server.command('CLUSTER', 'REPLICATE', id).catch(String)
      return answer === 'OK'
    })
  }
  return ids
}
