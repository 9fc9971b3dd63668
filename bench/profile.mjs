// `node bench/profile.mjs [contestant] [bearer|cookie|once|refresh|login] [HS256|EdDSA]`: what a server was doing, in
// microseconds per request of each function's own. Writes the profile too, for a flame graph.

import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { subject } from './contestants/common.mjs'
import { get, post } from './load.mjs'
import { startRedis } from './redis-server.mjs'
import { fixed, table } from './report.mjs'
import { Servers } from './rounds.mjs'
import { connections } from './settings.mjs'

const [contestant = 'ours-fastify', way = 'bearer', algorithm = 'HS256'] = process.argv.slice(2)

const loads = {
  bearer: (port, made, limit) => get(port, headersOf(made, 'bearer'), limit),
  cookie: (port, made, limit) => get(port, headersOf(made, 'cookie'), limit),
  once: (port, made) => get(port, headersOf(made, 'bearer'), { all: true }),
  refresh: (port, made, limit) => post(port, '/auth/refresh', made.map(following), limit),
  login: (port, made, limit) => post(port, '/login', made.map(another), limit),
}
const headersOf = (made, kind) => made.map(each => each[kind])
const grant = ({ refresh_token }) => ({ grant_type: 'refresh_token', refresh_token })
const following = first => ({ first: grant(first), following: grant })
let next = 0
const somebody = () => ({ id: subject(next++) })
const another = () => ({ first: somebody(), following: somebody })

const load = loads[way]
if (load === undefined) {
  throw new Error(`no load "${way}": there are ${Object.keys(loads).join(', ')}`)
}
const redis = await startRedis()
const servers = new Servers()
const server = await servers.of({ contestant, algorithm, redis: redis.path })
// The bare ones are asked with credentials of ours.
const maker = contestant.startsWith('bare')
  ? await servers.of({ contestant: contestant.replace('bare', 'ours'), algorithm, redis: redis.path })
  : server
/** Seconds, or tokens that are used once. */
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
await redis.stop()

const times = new Map()
for (const [index, id] of profile.samples.entries()) {
  times.set(id, (times.get(id) ?? 0) + profile.timeDeltas[index])
}
const byName = new Map()
for (const { id, callFrame } of profile.nodes) {
  const { functionName, url, lineNumber } = callFrame
  const file = url.replace(/^.*\/(node_modules|packages)\/(?!\.pnpm)/, '').replace(/^file:.*\//, '')
  const name = `${functionName || '(anonymous)'} ${file && `${file}:${lineNumber + 1}`}`
  byName.set(name, (byName.get(name) ?? 0) + (times.get(id) ?? 0))
}
const most = [...byName].sort(([, one], [, other]) => other - one).slice(0, 60)
const path = join(tmpdir(), `${contestant}-${way}-${algorithm}.cpuprofile`)
await writeFile(path, JSON.stringify(profile))
console.log(
  `${requests} requests, ${fixed((cpu - before.cpu) / requests, 1)} µs of CPU each, of all threads\n`,
)
console.log(
  table(
    ['running', 'µs per request'],
    most.map(([name, time]) => [name, fixed(time / requests)]),
  ),
)
console.log(`\n${path}`)
process.exit()
