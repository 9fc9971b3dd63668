// `pnpm bench [--smoke] [--charts folder] [part ...]`: measures contestants side by side, and writes RESULTS.md and charts.
// A smoke run, or a run of some parts, prints the results instead, and writes charts only to a folder that is named.

import { mkdir, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { machine, versions } from './machine.mjs'
import { boot } from './parts/boot.mjs'
import { guard } from './parts/guard.mjs'
import { memory } from './parts/memory.mjs'
import { refresh } from './parts/refresh.mjs'
import { scale } from './parts/scale.mjs'
import { verbs } from './parts/verbs.mjs'
import { startRedis, version } from './redis-server.mjs'
import { full, smoke } from './settings.mjs'

const parts = { memory, boot, guard, refresh, scale, verbs }

const { values, positionals } = parseArgs({
  options: { smoke: { type: 'boolean', default: false }, charts: { type: 'string' } },
  allowPositionals: true,
})
const names = positionals.length > 0 ? positionals : Object.keys(parts)
for (const name of names) {
  if (!Object.hasOwn(parts, name)) {
    throw new Error(`no part "${name}": there are ${Object.keys(parts).join(', ')}`)
  }
}

const begun = performance.now()
const results = []
/** SVG by the names of files. */
const charts = new Map()
let redisVersion
for (const name of names) {
  const since = performance.now()
  const server = await startRedis()
  try {
    redisVersion = await version(server.path)
    const settings = values.smoke ? smoke : full
    results.push(await parts[name]({ redis: server.path, settings, charts }))
    console.log(`${results.at(-1)}\n`)
  } finally {
    await server.stop()
  }
  console.error(`${name}: ${((performance.now() - since) / 1000).toFixed(0)} s`)
}

const text = `# Results

Of \`pnpm bench\` on ${new Date().toISOString().slice(0, 10)}, in ${Math.round((performance.now() - begun) / 1000)} s: ${machine(redisVersion)}.

Contestants have processes of their own, are warmed up, and take turns in rounds, in random order. All goals about requests
are judged in memory, but one about refreshes that are 20 times as fast. Over sockets, the load and the server share these
cores: read ratios there, not absolute figures. Figures are medians of the rounds. Ratios are medians of the rounds' ratios,
or the ratio of the medians if two contestants had different numbers of rounds. IQR is the distance between the quartiles.
CPU is that of the server's process, with all its threads. What the figures mean, and why goals are missed:
[README.md](README.md).

Versions: ${versions()}.

${results.join('\n\n')}
`
const isWhole = !values.smoke && positionals.length === 0
if (isWhole) {
  await writeFile(new URL('RESULTS.md', import.meta.url), text)
}
const folder = values.charts
  ? pathToFileURL(`${values.charts}/`)
  : isWhole && new URL('charts/', import.meta.url)
if (folder) {
  await mkdir(folder, { recursive: true })
  for (const [name, svg] of charts) {
    await writeFile(new URL(name, folder), svg)
  }
}
process.exit()
