// What befalls a primary whose replica the other servers promote by themselves.
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../../helpers/redis.js'
import { isPrimary } from '../processes.js'
import { between, type Random } from '../random.js'
import { isolate, type Member, unite } from './member.js'
import type { Topology } from './topology.js'

export interface Pair {
  readonly primary: Member
  readonly replica: Member
}

interface Options {
  readonly members: readonly Member[]
  /** Addresses of all servers, sentinels included. */
  readonly hosts: readonly string[]
  readonly random: Random
  /** Seconds that a killed server stays away when its replica has been promoted. */
  readonly away: number
  /** The primary that a fault is for. */
  readonly pair: () => Promise<Pair>
  /** Starts a killed primary, which is the replica of the other now. */
  readonly startAgain: (pair: Pair) => Promise<void>
}

export function failovers({ members, hosts, random, away, pair, startAgain }: Options): Topology['faults'] {
  return {
    async kill() {
      const both = await pair()
      await both.primary.server.kill()
      await isPromoted(both.replica)
      await sleep(away * 1000)
      await startAgain(both)
    },
    async freeze() {
      const { primary, replica } = await pair()
      primary.server.freeze()
      await isPromoted(replica)
      await sleep(between(random, 0, 1500))
      primary.server.thaw()
    },
    async partition() {
      const { primary, replica } = await pair()
      isolate(primary, members, hosts)
      await isPromoted(replica)
      await sleep(between(random, 0, 1500))
      unite(members)
    },
  }
}

export function isPromoted({ server }: Member): Promise<void> {
  return until('the replica is promoted', () => isPrimary(server), 60_000)
}
