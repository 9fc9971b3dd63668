// Contestants in memory: each in its own process, in short batches that take turns in random order.

import { availableParallelism } from 'node:os'
import { ask, end, messageOf, startModule } from './processes.mjs'
import { shuffled } from './rounds.mjs'
import { median, quantile } from './stats.mjs'

/** The bench knows that fast-jwt recommends its slower cache keys: both are among the contestants. */
const quiet = ['--disable-warning=FAST_JWT_CACHE_KEY_BUILDER_SECURITY_RISK']

/** Processes by their settings, started once each. */
export class MemoryServers {
  #servers = new Map()

  of(settings) {
    const key = JSON.stringify(settings)
    if (!this.#servers.has(key)) {
      this.#servers.set(key, this.#start(settings))
    }
    return this.#servers.get(key)
  }

  async #start(settings) {
    const child = startModule('memory-server.mjs', settings, quiet)
    const { port } = await messageOf(child)
    return {
      child,
      port,
      credentials: (count, only) => ask(child, { want: 'credentials', count, only }),
      prepare: (way, credentials) => ask(child, { want: 'prepare', way, credentials }),
      measure: async (way, requests) => (await ask(child, { want: 'measure', way, requests })).cpu,
      profile: on => ask(child, { want: 'profile', on }),
    }
  }

  async stop() {
    const started = await Promise.allSettled(this.#servers.values())
    await Promise.all(started.flatMap(({ value }) => (value ? [end(value.child)] : [])))
  }
}

/**
 * Measures contestants side by side.
 *
 * @param prepare resolves to rows `{ name, way, server }` of the servers that it is given
 * @param after called with the rows of the last processes, before these end
 * @returns rows `{ name, way, processes }`: for each process the microseconds a request of each round. Figures of two
 *   rows at the same place were measured within a moment
 */
export async function inMemory(prepare, { processes, warmUp, rounds, batch }, after = async () => {}) {
  const results = new Map()
  for (let count = 1; count <= processes; count++) {
    const servers = new MemoryServers()
    try {
      const rows = await prepare(servers)
      const each = new Set(rows.map(({ server }) => server))
      await sideBySide([...each], server => warmedUp(server, rows, warmUp, batch))
      for (const { name, way } of rows) {
        const key = `${name} ${way}`
        results.set(key, results.get(key) ?? { name, way, processes: [] })
        results.get(key).processes.push([])
      }
      for (let round = 0; round < rounds; round++) {
        for (const { name, way, server } of shuffled(rows)) {
          results
            .get(`${name} ${way}`)
            .processes.at(-1)
            .push(await server.measure(way, batch))
        }
      }
      if (count === processes) {
        await after(rows)
      }
    } finally {
      await servers.stop()
    }
  }
  return [...results.values()]
}

/** Warms a server up with so many requests, or for so many seconds if it is slow. The rows that it has take turns. */
async function warmedUp(server, rows, { requests, seconds }, batch) {
  const ways = rows.filter(row => row.server === server).map(({ way }) => way)
  const until = performance.now() + seconds * 1000
  for (let sent = 0; sent < requests && performance.now() < until; sent += batch) {
    await server.measure(ways[(sent / batch) % ways.length], batch)
  }
}

/** Does the work for all items, for as many at a time as there are cores. */
export async function sideBySide(items, work) {
  const left = items.entries()
  const results = []
  const lane = async () => {
    for (const [index, item] of left) {
      results[index] = await work(item)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, lane))
  return results
}

/** Microseconds that a row costs more than another: for each batch, the difference to the other's in the same round. */
export function overFloor(row, floor) {
  const differences = row.processes.map((cpus, process) =>
    cpus.map((cpu, round) => cpu - floor.processes[process][round]),
  )
  const all = differences.flat()
  return {
    median: median(all),
    quartiles: quantile(all, 0.75) - quantile(all, 0.25),
    medians: differences.map(median),
  }
}

/** Of all batches of a row. */
export function figuresOf({ processes }) {
  const all = processes.flat()
  return { median: median(all), p10: quantile(all, 0.1) }
}
