// `node bench/profile.mjs [--memory] [contestant] [bearer|cookie|once|refresh|login] [HS256|EdDSA]`: shows what a server
// spent its time on, in microseconds per request of each function itself. Writes the profile too, for a flame graph.
// With `--memory` the clients are streams in memory, so the kernel's share is missing.

import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { subject } from './contestants/common.mjs'
import { get, post, refreshing } from './load.mjs'
import { MemoryServers } from './memory-rounds.mjs'
import { startRedis } from './redis-server.mjs'
import { fixed, table } from './report.mjs'
import { Servers } from './rounds.mjs'
import { connections } from './settings.mjs'

const { values, positionals } = parseArgs({
  options: { memory: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const [contestant = 'ours-fastify', way = 'bearer', algorithm = 'HS256'] = positionals

const loads = {
  bearer: (port, made, limit) => get(port, headersOf(made, 'bearer'), limit),
  cookie: (port, made, limit) => get(port, headersOf(made, 'cookie'), limit),
  once: (port, made) => get(port, headersOf(made, 'bearer'), { all: true }),
  refresh: (port, made, limit) => post(port, '/auth/refresh', made.map(refreshing), limit),
  login: (port, made, limit) => post(port, '/login', made.map(another), limit),
}
const headersOf = (made, kind) => made.map(each => each[kind])
let next = 0
const somebody = () => ({ id: subject(next++) })
const another = () => ({ first: somebody(), following: somebody })

const redis = await startRedis()
const { requests, profile, cpu } = await (values.memory ? profileInMemory() : profileOverSockets())
await redis.stop()

const times = new Map()
for (const [index, id] of profile.samples.entries()) {
  times.set(id, (times.get(id) ?? 0) + profile.timeDeltas[index] / requests)
}
const nodes = new Map(profile.nodes.map(node => [node.id, node]))
const callers = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map(child => [child, id])))

/** Whose code it is. Native functions count as part of their callers. */
const owners = [
  ['ours', /\/packages\/\w+\/dist\//],
  ['the Redis client', /ioredis|redis-parser/],
  ['crypto of Node', /^node:(internal\/)?crypto/],
  ['Node', /^node:/],
  [
    'the framework',
    /fastify|find-my-way|secure-json-parse|express|\/router\/|content-type|mime|etag|parseurl/,
  ],
  ['the rest', /./],
]
function ownerOf(id) {
  const { functionName, url } = nodes.get(id).callFrame
  if (/^\((garbage collector|idle|program)\)$/.test(functionName)) {
    return functionName
  }
  const [owner] = owners.find(([, pattern]) => pattern.test(url)) ?? []
  return owner ?? (callers.has(id) ? ownerOf(callers.get(id)) : '(program)')
}

function nameOf({ functionName, url, lineNumber }) {
  const file = url.replace(/^.*\/(node_modules|packages)\/(?!\.pnpm)/, '').replace(/^file:.*\//, '')
  return `${functionName || '(anonymous)'} ${file && `${file}:${lineNumber + 1}`}`
}

function most(nameBy, count) {
  const sums = new Map()
  for (const [id, time] of times) {
    const name = nameBy(id)
    sums.set(name, (sums.get(name) ?? 0) + time)
  }
  const rows = [...sums].sort(([, one], [, other]) => other - one).slice(0, count)
  return table(
    ['running', 'µs per request'],
    rows.map(([name, time]) => [name, fixed(time)]),
  )
}

const path = join(tmpdir(), `${contestant}-${way}-${algorithm}.cpuprofile`)
await writeFile(path, JSON.stringify(profile))
console.log(`${requests} requests, ${fixed(cpu, 1)} µs of CPU each, of all threads\n`)
console.log(`${most(ownerOf, 20)}\n`)
console.log(`${most(id => nameOf(nodes.get(id).callFrame), 50)}\n`)
console.log(path)
process.exit()

async function profileOverSockets() {
  const load = loads[way]
  if (load === undefined) {
    throw new Error(`no load "${way}": there are ${Object.keys(loads).join(', ')}`)
  }
  const servers = new Servers()
  const [server, maker] = await serverAndMaker(servers)
  // Seconds, or tokens that are used once.
  const [warmUp, amount] = way === 'once' ? [5000, 20_000] : [2, 5]
  const prepared = async size => {
    const made = await maker.credentials(
      way === 'once' ? size : connections,
      way === 'once' ? 'bearer' : undefined,
    )
    return () => load(server.port, made, { seconds: size })
  }
  await (await prepared(warmUp))()
  const run = await prepared(amount)
  const before = await server.usage()
  await server.profile(true)
  const { requests } = await run()
  const { profile } = await server.profile(false)
  const { cpu } = await server.usage()
  await servers.stop()
  return { requests, profile, cpu: (cpu - before.cpu) / requests }
}

async function profileInMemory() {
  const servers = new MemoryServers()
  const [server, maker] = await serverAndMaker(servers)
  await server.prepare(way, await maker.credentials(connections))
  await server.measure(way, 20_000)
  const requests = 40_000
  await server.profile(true)
  const cpu = await server.measure(way, requests)
  const { profile } = await server.profile(false)
  await servers.stop()
  // A measurement begins with a quarter more requests.
  return { requests: requests * 1.25, profile, cpu }
}

/** The bare frameworks are sent credentials of ours. */
async function serverAndMaker(servers) {
  const settings = { contestant, algorithm, redis: redis.path }
  const server = await servers.of(settings)
  const isBare = contestant.startsWith('bare')
  return [
    server,
    isBare ? await servers.of({ ...settings, contestant: contestant.replace('bare', 'ours') }) : server,
  ]
}
