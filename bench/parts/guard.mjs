// 3. A guarded GET over sockets. There is no goal: two processes that do the same differ by more than a guard costs.

import { checkGuard, frameworks, inSmoke, isBare } from '../guards.mjs'
import { get } from '../load.mjs'
import { fixed, table, whole } from '../report.mjs'
import { inRounds } from '../rounds.mjs'
import { connections } from '../settings.mjs'
import { ratio } from '../stats.mjs'
import { different } from './different.mjs'

export async function guard({ redis, settings }) {
  const sections = []
  for (const [framework, contestants] of Object.entries(frameworks)) {
    const entered = settings.variants ? contestants : inSmoke(contestants, 'sockets')
    const rows = await inRounds(
      (servers, { again }) => rowsOf(again ? entered.filter(isClose) : entered, servers, redis),
      settings.guard,
    )
    sections.push(`### ${framework}\n\n${tableOf(rows)}`)
  }
  sections.push(await different({ settings }))
  return `## Over sockets: a guarded GET\n\n${sections.join('\n\n')}`
}

async function rowsOf(contestants, servers, redis) {
  const rows = []
  let ours
  for (const [name, { store, ...settings }, ways] of contestants.toSorted(oursFirst)) {
    const server = await servers.of({ ...settings, ...(store && { redis }) })
    const credentials = isBare(settings) ? ours : await server.credentials(connections)
    ours ??= credentials
    for (const way of ways) {
      await checkGuard(server.port, credentials, way, isBare(settings))
      const headers = credentials.map(each => each[way])
      rows.push({ key: `${name} ${way}`, name, way, server, load: limit => get(server.port, headers, limit) })
    }
  }
  const order = contestants.map(([name]) => name)
  return rows.sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name))
}

/** Those that are close to each other. */
const isClose = ([name]) => /^(ours|bare)|^(@fastify\/jwt|express-jwt), HS256(, a KeyObject)?$/.test(name)

/** The bare ones are asked with credentials of ours. */
const oursFirst = ([one], [other]) => Number(other.startsWith('ours')) - Number(one.startsWith('ours'))

function tableOf(rows) {
  return table(
    ['', 'sent as', 'requests/s', 'IQR', 'of bare', 'CPU per request', 'of bare', 'event loop p99'],
    rows.map(row => {
      const bare = rows.find(({ name, way }) => name.startsWith('bare') && way === row.way)
      return [
        row.name,
        row.way,
        whole(row.rate.median),
        `${fixed(row.rate.spread, 0)} %`,
        fixed(ratio(row.rates, bare.rates)),
        `${fixed(row.cpu.median, 1)} µs`,
        fixed(ratio(bare.cpus, row.cpus)),
        `${fixed(row.delay, 1)} ms`,
      ]
    }),
  )
}
