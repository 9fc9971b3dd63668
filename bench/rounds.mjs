// Contestants side by side: each in its own process, one after another in every round.

import { ask, end, messageOf, startModule } from './processes.mjs'
import { median, summary } from './stats.mjs'

/** Processes by their settings, started once each. */
export class Servers {
  #servers = new Map()

  async of(settings) {
    const key = JSON.stringify(settings)
    let server = this.#servers.get(key)
    if (server === undefined) {
      const child = startModule('server.mjs', settings)
      const { port } = await messageOf(child)
      server = {
        port,
        credentials: (count, only) => ask(child, { want: 'credentials', count, only }),
        usage: () => ask(child, { want: 'usage' }),
        profile: on => ask(child, { want: 'profile', on }),
      }
      this.#servers.set(key, server)
      server.child = child
    }
    return server
  }

  async stop() {
    await Promise.all([...this.#servers.values()].map(({ child }) => end(child)))
  }
}

/** All contestants, or of each program its first variant: for a smoke run. */
export function onlyFirst(contestants, variants) {
  const programs = contestants.map(([, { contestant }]) => contestant)
  return contestants.filter((_, index) => variants || programs.indexOf(programs[index]) === index)
}

/**
 * Contestants in rounds, each in a process of its own, and in another order each time. Of two processes that do the same
 * one may be a third slower, for as long as they live: where less than that is to be told, several are started.
 *
 * @param prepare of the servers it is given: rows `{ key, server, load(limit) }`; `load` may answer the usage `before` it,
 *   after preparations. All contestants are there at first; of those that are there `again`, more processes are started
 * @returns rows with what each round gave: requests per second, and microseconds of the server's CPU per request
 */
export async function inRounds(prepare, { processes = 1, ...settings }) {
  const all = new Map()
  for (let count = 0; count < processes; count++) {
    const servers = new Servers()
    try {
      for (const { key, ...row } of await roundsOf(await prepare(servers, { again: count > 0 }), settings)) {
        all.set(key, [...(all.get(key) ?? []), row])
      }
    } finally {
      await servers.stop()
    }
  }
  return [...all.values()].map(rows => {
    const of = name => rows.flatMap(row => row[name])
    const [rates, cpus] = [of('rates'), of('cpus')]
    const [p50, p99, delay] = ['p50s', 'p99s', 'delays'].map(name => median(of(name)))
    return { ...rows[0], rates, cpus, rate: summary(rates), cpu: summary(cpus), p50, p99, delay }
  })
}

async function roundsOf(rows, { warmUp, rounds, limit }) {
  const results = rows.map(row => ({ ...row, rates: [], cpus: [], p50s: [], p99s: [], delays: [] }))
  for (const row of warmUp > 0 ? rows : []) {
    // Seconds for each server: what it is asked in several rows, it is warmed up by in turn.
    await row.load({ seconds: warmUp / rows.filter(({ server }) => server === row.server).length })
  }
  for (let round = 0; round < rounds; round++) {
    for (const row of shuffled(results)) {
      const idle = await row.server.usage()
      const { requests, seconds, p50, p99, before = idle } = await row.load(limit)
      const { cpu, loopP99 } = await row.server.usage()
      row.rates.push(requests / seconds)
      row.cpus.push((cpu - before.cpu) / requests)
      row.p50s.push(p50)
      row.p99s.push(p99)
      row.delays.push(loopP99)
    }
  }
  return results
}

export function shuffled(rows) {
  return rows
    .map(row => ({ row, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ row }) => row)
}
