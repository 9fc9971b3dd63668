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
 * Contestants in rounds, in processes of their own that are started anew: how V8 has optimised a program differs from
 * one process to the next by more than what is measured here.
 *
 * @param prepare of the servers it is given: rows `{ name, server, load(limit) }`, the same each time; `load` may answer
 *   the usage `before` it, after preparations
 * @returns rows with what each round gave: requests per second, and microseconds of the server's CPU per request
 */
export async function inRounds(prepare, { processes, ...settings }) {
  const all = []
  for (let count = 0; count < processes; count++) {
    const servers = new Servers()
    try {
      all.push(await roundsOf(await prepare(servers), settings))
    } finally {
      await servers.stop()
    }
  }
  const [first] = all
  return first.map((row, index) => {
    const of = name => all.flatMap(rows => rows[index][name])
    const [rates, cpus] = [of('rates'), of('cpus')]
    return {
      ...row,
      rates,
      cpus,
      rate: summary(rates),
      cpu: summary(cpus),
      p50: median(of('p50')),
      p99: median(of('p99')),
      delay: median(of('delays')),
    }
  })
}

async function roundsOf(rows, { warmUp, rounds, limit }) {
  const results = rows.map(row => ({ ...row, rates: [], cpus: [], p50: [], p99: [], delays: [] }))
  if (warmUp > 0) {
    for (const row of rows) {
      await row.load({ seconds: warmUp })
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const row of results) {
      const idle = await row.server.usage()
      const { requests, seconds: took, p50, p99, before = idle } = await row.load(limit)
      const { cpu, loopP99 } = await row.server.usage()
      row.rates.push(requests / took)
      row.cpus.push((cpu - before.cpu) / requests)
      row.p50.push(p50)
      row.p99.push(p99)
      row.delays.push(loopP99)
    }
  }
  return results
}
