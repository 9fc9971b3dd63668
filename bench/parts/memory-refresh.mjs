// 1, second half. A refresh with Redis, with clients in memory; and what the rotation costs Redis.

import { barChart } from '../charts.mjs'
import { figures } from '../memory-report.mjs'
import { inMemory, overFloor, sideBySide } from '../memory-rounds.mjs'
import { connect } from '../redis-server.mjs'
import { atMostGoal, goals } from '../report.mjs'
import { connections } from '../settings.mjs'
import { median } from '../stats.mjs'
import { checkRefresh, floorName, refreshContestants } from './refresh.mjs'

const ours = 'ours, HS256'
const tutorial = 'as tutorials, HS256, a KeyObject'

export async function memoryRefresh({ redis, settings, charts }) {
  const wanted = [floorName, ours, tutorial]
  const contestants = refreshContestants.filter(([name]) => settings.variants || wanted.includes(name))
  const prepare = async servers => {
    const started = await sideBySide(contestants, ([, settings]) => servers.of({ ...settings, redis }))
    const rows = []
    for (const [index, [name]] of contestants.entries()) {
      const server = started[index]
      await checkRefresh(server, name)
      await server.prepare('refresh', await server.credentials(connections))
      rows.push({ name, way: 'refresh', server })
    }
    return rows
  }
  let rotation
  const rows = await inMemory(prepare, settings.memory, async rows => {
    const { server } = rows.find(({ name }) => name === ours)
    rotation = await costOfRotation(server, redis, settings.memory.rotations)
  })
  const floor = rows.find(({ name }) => name === floorName)
  const over = wanted =>
    overFloor(
      rows.find(({ name }) => name === wanted),
      floor,
    ).median
  charts.set(
    'refresh.svg',
    barChart({
      title: 'A refresh with Redis, on Fastify',
      note: "CPU of the server's process over a route that runs one script that does nothing, for each request.",
      unit: 'µs',
      rows: rows
        .filter(row => row !== floor)
        .map(({ name }) => ({ name, value: over(name), isOurs: name.startsWith('ours') })),
    }),
  )
  return `### A refresh, with Redis

![CPU of a refresh over the floor](charts/refresh.svg)

${figures(rows, () => floor)}

${goals([
  atMostGoal('a refresh: µs over the floor', 40, over(ours), 1),
  atMostGoal(
    'a refresh, over the floor: times tutorials with a KeyObject',
    0.75,
    over(ours) / over(tutorial),
    2,
  ),
  atMostGoal('a rotation: µs of Redis', 13, rotation, 1),
])}`
}

/** By Redis' own count: the median of several batches, because Redis counts the time that other processes took from it. */
async function costOfRotation(server, path, { batches, batch }) {
  const redis = connect(path)
  const costs = []
  for (let count = 0; count < batches; count++) {
    await redis.config('RESETSTAT')
    await server.measure('refresh', batch)
    const statistics = await redis.info('commandstats')
    costs.push(Number(/^cmdstat_evalsha:.*?usec_per_call=([\d.]+)/m.exec(statistics)[1]))
  }
  redis.disconnect()
  return median(costs)
}
