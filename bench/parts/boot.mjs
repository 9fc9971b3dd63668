// 2. What the start of an application costs.

import { secret } from '../contestants/common.mjs'
import { end, messageOf, startModule } from '../processes.mjs'
import { atMostGoal, fixed, goals, table } from '../report.mjs'
import { shuffled } from '../rounds.mjs'
import { summary } from '../stats.mjs'

const plugins = ['@tokenratchet/fastify', '@fastify/jwt']

export async function boot({ settings }) {
  const rows = plugins.map(plugin => ({ plugin, cpus: [], times: [] }))
  for (let round = 0; round < settings.boot.rounds; round++) {
    for (const { plugin, cpus, times } of shuffled(rows)) {
      const child = startModule('boot.mjs', { plugin, secret })
      const { cpu, took } = await messageOf(child)
      await end(child)
      cpus.push(cpu)
      times.push(took)
    }
  }
  const figures = table(
    ['', 'CPU', 'IQR', 'time', 'IQR'],
    rows.map(({ plugin, cpus, times }) => [
      plugin,
      ...[cpus, times].flatMap(values => {
        const { median, spread } = summary(values)
        return [`${fixed(median, 1)} ms`, `${fixed(spread, 0)} %`]
      }),
    ]),
  )
  const [ours, other] = rows.map(({ cpus }) => summary(cpus).median)
  return `## Boot

To import the plugin and register it, where Fastify is there already. Each time is that of a process of its own.

${figures}

${goals([atMostGoal('CPU of the boot: times @fastify/jwt', 1.15, ours / other, 2)])}`
}
