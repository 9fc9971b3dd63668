// One topology: faults one after the other, under traffic, until enough refreshes were answered during faults.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Counts } from './counts.js'
import type { ChaosOptions, TopologyName } from './options.js'
import { pick, seeded } from './random.js'
import { startCluster } from './topologies/cluster.js'
import { startSentinels } from './topologies/sentinel.js'
import { startSingle } from './topologies/single.js'
import type { StartTopology, Topology } from './topologies/topology.js'
import { Workers } from './workers.js'

const starts: Record<TopologyName, StartTopology> = {
  single: startSingle,
  cluster: startCluster,
  sentinel: startSentinels,
}

export interface Result {
  readonly topology: TopologyName
  readonly seconds: number
  /** How often there was each kind of fault. */
  readonly faults: Record<string, number>
  readonly counts: Counts
}

export async function run(
  name: TopologyName,
  options: ChaosOptions,
  report: (text: string) => void,
): Promise<Result> {
  const begin = Date.now()
  const random = seeded(options.seed, name.length)
  // Its place in a Cluster is part of the plan, so it comes from the seed.
  const prefix = `chaos-${options.seed}`
  const topology = await starts[name]({
    random,
    minReplicas: options.minReplicas,
    away: options.away,
    prefix,
  })
  const workers = new Workers(text => report(`${name}: ${text}`))
  try {
    const secret = randomBytes(32).toString('base64url')
    const { users, healing, seed, pause, recoveryWindow, failoverDetector } = options
    const reach = { ...topology.reach, failoverDetector }
    const times = { timeout: 1000, healing, pause, recoveryWindow }
    const common = { reach, secret, prefix, seed, users, ...times }
    await workers.start(Array.from({ length: options.workers }, (_, index) => ({ ...common, index })))
    await sleep(500)
    const faults = await inject(topology, workers, options, random)
    await workers.tell({ type: 'ending' })
    const end = Date.now() + (healing + 5) * 1000
    while (!workers.areDone && Date.now() < end) {
      await sleep(100)
    }
    await workers.tell({ type: 'over' })
    // A last call may still be under way, and the last counts too.
    for (let waited = 0; waited < 40 && !workers.areDone; waited++) {
      await sleep(100)
    }
    return { topology: name, seconds: (Date.now() - begin) / 1000, faults, counts: workers.counts }
  } finally {
    await workers.stop()
    await topology.stop()
  }
}

/** @returns how often there was each kind of fault */
async function inject(
  topology: Topology,
  workers: Workers,
  { minutes, refreshes, faults: wanted }: ChaosOptions,
  random: () => number,
): Promise<Record<string, number>> {
  const kinds = Object.keys(topology.faults).filter(kind => wanted.length === 0 || wanted.includes(kind))
  if (kinds.length === 0) {
    throw new TypeError(
      `there are no such faults: expected some of ${Object.keys(topology.faults).join(', ')}`,
    )
  }
  const begin = Date.now()
  const done: Record<string, number> = {}
  let round: string[] = []
  while (Date.now() - begin < minutes * 60_000 && workers.counts.totals.faulted < refreshes) {
    // Each kind once, in another order each time.
    round = round.length > 0 ? round : [...kinds]
    const kind = pick(random, round)
    round = round.filter(each => each !== kind)
    const from = Date.now()
    // In this order: what a worker has acknowledged before it hears of the fault is replicated before there is one.
    await workers.tell({ type: 'fault', kind, from })
    await topology.replicated()
    await topology.faults[kind]?.()
    await topology.settled()
    await workers.tell({ type: 'settled', at: Date.now() })
    done[kind] = (done[kind] ?? 0) + 1
    await sleep(1000)
  }
  return done
}
