import { parseArgs } from 'node:util'

export const topologies = ['single', 'cluster', 'sentinel'] as const
export type TopologyName = (typeof topologies)[number]

export interface ChaosOptions {
  readonly topologies: readonly TopologyName[]
  /** Refreshes to be answered while a fault is there, for each topology. */
  readonly refreshes: number
  /** A topology ends after so many minutes, whatever it has done by then. */
  readonly minutes: number
  readonly seed: number
  /** Processes with simulated users. */
  readonly workers: number
  /** Simulated users in each of them. */
  readonly users: number
  /** Milliseconds between two exchanges of a user, on average. */
  readonly pause: number
  /** Seconds; 0 breaks a promise, which shows that a run sees it. */
  readonly recoveryWindow: number
  /** Of ioredis with Sentinel, as the README recommends. */
  readonly failoverDetector: boolean
  /** Faults of these kinds only; all kinds of the topology when it is empty. */
  readonly faults: readonly string[]
  /** Seconds that a killed server stays away when its replica has been promoted. */
  readonly away: number
  /** `min-replicas-to-write` of each server. */
  readonly minReplicas: number
  /** Seconds after which a session that was ended must be dead, whatever was lost. */
  readonly healing: number
}

export const usage = `pnpm chaos [options]

  --topology <name>    single, cluster, sentinel or all (default all)
  --refreshes <n>      refreshes during faults, for each topology (default 60000)
  --minutes <n>        ends a topology after so many minutes (default 3.3)
  --seed <n>           of the schedule and the users (default: by chance, printed)
  --workers <n>        processes with simulated users (default 2)
  --users <n>          simulated users in each (default 100)
  --pause <ms>         between two exchanges of a user, on average (default 250)
  --recovery-window <s>  of the core (default 86400); 0 breaks a promise, to show that the run sees it
  --no-failover-detector  ioredis clients of Sentinel without it, against the README
  --faults <a,b>       only these kinds of faults
  --away <s>           a killed server stays away so long after the promotion (default 0)
  --min-replicas <n>   min-replicas-to-write of each server (default 0)
  --healing <s>        seconds until an ended session must be dead (default 70)
  --smoke              a short run, at most 25 seconds: what CI runs

It needs redis-server 7.0 or newer and Linux, where 127.0.0.2 is this machine too. It exits with 1 when a promise is broken.`

/** @throws TypeError for an option that is unknown or invalid */
export function readOptions(args: readonly string[]): ChaosOptions {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      topology: text,
      refreshes: text,
      minutes: text,
      seed: text,
      workers: text,
      users: text,
      pause: text,
      'recovery-window': text,
      faults: text,
      away: text,
      'min-replicas': text,
      healing: text,
      smoke: { type: 'boolean', default: false },
      'no-failover-detector': { type: 'boolean', default: false },
    },
  })
  const number = (name: keyof typeof values, fallback: number, least = 1): number => {
    const value = values[name] === undefined ? fallback : Number(values[name])
    if (!Number.isFinite(value) || value < least) {
      throw new TypeError(`--${name} must be a number of ${least} or more (got ${values[name]})`)
    }
    return value
  }
  const { topology = values.smoke ? 'cluster' : 'all', smoke } = values
  const named = topologies.find(each => each === topology)
  if (named === undefined && topology !== 'all') {
    throw new TypeError(`--topology must be one of ${topologies.join(', ')}, all (got ${topology})`)
  }
  return {
    topologies: named ? [named] : topologies,
    refreshes: number('refreshes', smoke ? 2_000 : 60_000),
    minutes: number('minutes', smoke ? 0.15 : 3.3, 0.05),
    seed: number('seed', Math.floor(Math.random() * 1e9), 0),
    workers: number('workers', smoke ? 1 : 2),
    users: number('users', smoke ? 40 : 100),
    pause: number('pause', smoke ? 30 : 250, 0),
    recoveryWindow: number('recovery-window', 86_400, 0),
    failoverDetector: !values['no-failover-detector'],
    faults: values.faults?.split(',') ?? [],
    away: number('away', 0, 0),
    minReplicas: number('min-replicas', 0, 0),
    healing: number('healing', smoke ? 6 : 70),
  }
}
