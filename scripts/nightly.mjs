// What takes too long for each push, of which `.ci/run` has a short form: `pnpm test:nightly`. It goes on after a failure,
// and exits with 1 when anything failed. The bench writes bench/RESULTS.md, with the figures of this machine.
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The whole form of each part; the names are for the report. */
const parts = {
  'all tests on each line of Node': ['scripts/matrix.mjs'],
  'chaos on each topology of Redis': ['--import=tsx', 'test/chaos/main.ts'],
  'the whole bench': ['bench/main.mjs'],
}

const rows = Object.entries(parts).map(([name, args]) => {
  console.log(`\n${name}`)
  const begun = performance.now()
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, TOKENRATCHET_EFFORT: 'nightly' },
  })
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1)
  return { status, line: `${status === 0 ? 'ok    ' : 'FAILED'} ${name}, ${minutes} min` }
})
console.log(`\n${rows.map(({ line }) => line).join('\n')}`)
process.exitCode = rows.every(({ status }) => status === 0) ? 0 : 1
