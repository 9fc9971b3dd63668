// Which lines of the packages their tests have run: what V8 wrote into a folder, and whether it is enough.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'

/** In percent. They go up, never down. */
const thresholds = { statements: 95, branches: 90, functions: 95, lines: 95 }

/** Prints what is below 100 percent. @returns whether the thresholds are met */
export function reportCoverage(root, folder) {
  const manifest = createRequire(import.meta.url).resolve('c8/package.json')
  const args = [
    'report',
    `--temp-directory=${folder}`,
    '--include=packages/*/src/**',
    '--include=packages/*/dist/**',
    '--exclude-after-remap',
    '--reporter=text',
    '--skip-full',
    '--check-coverage',
    ...Object.entries(thresholds).map(([name, percent]) => `--${name}=${percent}`),
  ]
  const { status } = spawnSync(process.execPath, [join(dirname(manifest), 'bin/c8.js'), ...args], {
    cwd: root,
    stdio: 'inherit',
  })
  return status === 0
}
