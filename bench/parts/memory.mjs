// 1. What guards and refreshes cost in CPU, with clients in memory. The goals are judged here.

import { barChart } from '../charts.mjs'
import { checkGuard, frameworks, inSmoke, isBare } from '../guards.mjs'
import { figures } from '../memory-report.mjs'
import { inMemory, overFloor, sideBySide } from '../memory-rounds.mjs'
import { atMostGoal, goals } from '../report.mjs'
import { connections } from '../settings.mjs'
import { memoryRefresh } from './memory-refresh.mjs'

const layers = 'two layers that do nothing'

/** In microseconds, the most that ours may cost over a floor. */
const bounds = { Fastify: { floor: 'bare Fastify', most: 2 }, Express: { floor: layers, most: 8 } }

export async function memory({ redis, settings, charts }) {
  const sections = []
  for (const framework of Object.keys(frameworks)) {
    sections.push(await hits(framework, redis, settings, charts))
  }
  sections.push(await misses(redis, settings))
  sections.push(await memoryRefresh({ redis, settings, charts }))
  return `## In memory: CPU of the server's process

${connections} clients in the server's own process, whose connections are streams in memory. The framework, Node's HTTP
parser, ioredis and Redis are the real ones. All figures are microseconds of CPU for each request: the medians of short
batches, and the 10th percentile (p10). "Over" is the median of the differences to the floor in the same round; IQR is the
distance between the quartiles of these differences. The last column has the medians of the single processes.

${sections.join('\n\n')}`
}

async function hits(framework, redis, settings, charts) {
  const all = frameworks[framework]
  const contestants = settings.variants ? all : inSmoke(all, 'memory')
  const rows = await inMemory(servers => rowsOf(contestants, servers, redis), settings.memory)
  const { floor, most } = bounds[framework]
  const bare = `bare ${framework}`
  const over = (name, way, floor) => overFloor(find(rows, name, way), find(rows, floor, way)).median
  const judged = ['bearer', 'cookie'].map(way => {
    const cost = over('ours, HS256', way, floor)
    return atMostGoal(`a guarded GET, ${way}: µs over ${floor}`, most, cost, 1)
  })
  const file = `guard-${framework.toLowerCase()}.svg`
  charts.set(
    file,
    barChart({
      title: `A guarded GET on ${framework}`,
      note: `CPU over bare ${framework}, for each request. Tokens were seen before.`,
      unit: 'µs',
      rows: rows
        .filter(({ name }) => name !== bare)
        .map(({ name, way }) => ({
          name: `${name}, ${way}`,
          value: over(name, way, bare),
          isOurs: name.startsWith('ours'),
        })),
    }),
  )
  return `### A guarded GET on ${framework}

![CPU of a guarded GET over bare ${framework}](charts/${file})

${figures(rows, row => find(rows, bare, row.way))}

${goals(judged)}`
}

/** With tokens that are used once, so no cache has them. */
const missContestants = [
  'bare Fastify',
  'ours, HS256',
  '@fastify/jwt, HS256',
  'fast-jwt, its cache',
  'jsonwebtoken, a KeyObject',
  'jose, an imported key',
]

async function misses(redis, settings) {
  const names = settings.variants
    ? missContestants
    : [...missContestants.slice(0, 2), 'jsonwebtoken, a KeyObject']
  const contestants = frameworks.Fastify.filter(([name]) => names.includes(name))
  const once = contestants.map(([name, settings]) => [name, settings, ['once']])
  const rows = await inMemory(servers => rowsOf(once, servers, redis), settings.memory)
  const floor = find(rows, 'bare Fastify', 'once')
  const over = name => overFloor(find(rows, name, 'once'), floor).median
  const times = over('ours, HS256') / over('jsonwebtoken, a KeyObject')
  return `### Each token once, on Fastify

${figures(rows, () => floor)}

${goals([atMostGoal('a miss, over bare Fastify: times jsonwebtoken with a KeyObject', 1, times, 2)])}`
}

async function rowsOf(contestants, servers, redis) {
  const started = await sideBySide(contestants, ([, { store, ...settings }]) =>
    servers.of({ ...settings, ...(store && { redis }) }),
  )
  const ours = started[contestants.findIndex(([name]) => name === 'ours, HS256')]
  const oursSend = await ours.credentials(connections)
  const rows = []
  for (const [index, [name, settings, ways]] of contestants.entries()) {
    const server = started[index]
    const credentials = isBare(settings) ? oursSend : await server.credentials(connections)
    for (const way of ways) {
      await checkGuard(server.port, credentials, way === 'once' ? 'bearer' : way, isBare(settings))
      await server.prepare(way, credentials)
      rows.push({ name, way, server })
    }
  }
  return rows
}

const find = (rows, wanted, by) => rows.find(({ name, way }) => name === wanted && way === by)
