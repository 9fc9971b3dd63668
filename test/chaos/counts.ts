// What a run has counted. Workers send theirs, the main process adds them up.

/** Each must stay 0. */
export const promises = {
  falseLogouts: 'false log-outs of established sessions',
  doubleLives: 'double lives',
  missedReuses: 'missed reuses',
  undoneLogouts: 'log-outs undone',
  otherErrors: 'errors other than 503 and 401',
  hangs: 'hangs',
} as const

const others = {
  refreshes: 'refreshes',
  faulted: 'of them during faults',
  outages: '503 (asked again)',
  healed: 'healed',
  logins: 'log-ins',
  exposed: 'established sessions, once for each fault',
  youngLost: 'log-ins during a fault, lost',
  logouts: 'log-outs',
  copies: 'stolen tokens, used beside their owner',
  replays: 'stolen tokens, replayed when used',
  open: 'endings not seen through (time was up)',
} as const

export const labels: Record<Name, string> = { ...others, ...promises }
export type Name = keyof typeof promises | keyof typeof others

export class Counts {
  readonly totals: Record<Name, number>
  /** By kind of fault: the longest time, in milliseconds, that a user had to ask again for, and what was lost. */
  readonly longest: Record<string, number> = {}
  readonly lost: Record<string, number> = {}

  constructor() {
    this.totals = Object.fromEntries(Object.keys(labels).map(name => [name, 0])) as Record<Name, number>
  }

  add(name: Name, by = 1): void {
    this.totals[name] += by
  }

  waited(kind: string, milliseconds: number): void {
    this.longest[kind] = Math.max(this.longest[kind] ?? 0, milliseconds)
  }

  lose(kind: string): void {
    this.add('youngLost')
    this.lost[kind] = (this.lost[kind] ?? 0) + 1
  }

  merge(other: Pick<Counts, 'totals' | 'longest' | 'lost'>): void {
    for (const [name, by] of Object.entries(other.totals)) {
      this.add(name as Name, by)
    }
    for (const [kind, milliseconds] of Object.entries(other.longest)) {
      this.waited(kind, milliseconds)
    }
    for (const [kind, by] of Object.entries(other.lost)) {
      this.lost[kind] = (this.lost[kind] ?? 0) + by
    }
  }

  get broken(): number {
    return Object.keys(promises).reduce((sum, name) => sum + this.totals[name as Name], 0)
  }
}
