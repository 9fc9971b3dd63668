import type { Reach } from '../instances.js'
import type { Random } from '../random.js'

/** Brings a fault about, and ends it; resolves when that is done, not when the topology is whole again. */
export type Fault = () => Promise<void>

export interface Topology {
  readonly reach: Reach
  readonly faults: Readonly<Record<string, Fault>>
  /** Resolves when what had been acknowledged before this call has reached a replica. */
  replicated(): Promise<void>
  /** Resolves when all servers are there, each primary has a replica that is up to date, and nobody else takes writes. */
  settled(): Promise<void>
  stop(): Promise<void>
}

export interface TopologyOptions {
  readonly random: Random
  readonly minReplicas: number
  /** Seconds that a killed server stays away when its replica has been promoted. */
  readonly away: number
  /** What all keys begin with. */
  readonly prefix: string
}

export type StartTopology = (options: TopologyOptions) => Promise<Topology>
