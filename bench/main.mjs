// `pnpm bench [--smoke] [part ...]`: contestants side by side, into RESULTS.md. A smoke run or one of some parts writes
// none, and prints.

import { writeFile } from 'node:fs/promises'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { machine, versions } from './machine.mjs'
import { guard } from './parts/guard.mjs'
import { refresh } from './parts/refresh.mjs'
import { scale } from './parts/scale.mjs'
import { verbs } from './parts/verbs.mjs'
import { startRedis, version } from './redis-server.mjs'
import { full, smoke } from './settings.mjs'

const parts = { guard, refresh, scale, verbs }

const { values, positionals } = parseArgs({
  options: { smoke: { type: 'boolean', default: false } },
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
let redisVersion
for (const name of names) {
  const since = performance.now()
  const server = await startRedis()
  try {
    redisVersion = await version(server.path)
    const settings = values.smoke ? smoke : full
    results.push(await parts[name]({ redis: server.path, settings }))
    console.log(`${results.at(-1)}\n`)
  } finally {
    await server.stop()
  }
  console.error(`${name}: ${((performance.now() - since) / 1000).toFixed(0)} s`)
}

const text = `# Results

Of \`pnpm bench\` on ${new Date().toISOString().slice(0, 10)}, in ${Math.round((performance.now() - begun) / 1000)} s: ${machine(redisVersion)}.

Load and server share these cores: read ratios, not absolute figures. Contestants have processes of their own, those that
goals compare three in a part that is close, are warmed up, and take turns in rounds, in any order. Figures are medians of
the rounds, ratios medians of the rounds' ratios, or of figures from unlike numbers of rounds those of the medians; IQR is
the distance between the quartiles. CPU is that of the server's process, of all its threads. A goal is met when it is by
requests and by CPU. Why the others are missed: [README.md](README.md).

Versions: ${versions()}.

${results.join('\n\n')}
`
if (!values.smoke && positionals.length === 0) {
  await writeFile(new URL('RESULTS.md', import.meta.url), text)
}
process.exit()
