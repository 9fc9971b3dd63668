// The one test command: the tools it needs, build and type check, the client's size, then tap.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { ensureTools } from './ensure-tools.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)

function run(name, command, ...args) {
  const manifest = require.resolve(`${name}/package.json`)
  const { bin } = require(manifest)
  node(join(dirname(manifest), typeof bin === 'string' ? bin : bin[command]), ...args)
}

function node(file, ...args) {
  const { status } = spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit' })
  if (status !== 0) {
    process.exit(status ?? 1)
  }
}

try {
  ensureTools()
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
run('typescript', 'tsc', '-b')
// Stand-alone projects that see the packages as their users do: after the packages are built.
const examples = ['fastify', 'express', 'resource-server-jose', 'resource-server-fastify']
run('typescript', 'tsc', '-b', ...examples.map(example => `examples/${example}`))
node('packages/create-tokenratchet/templates.mjs')
node('scripts/size.mjs')
// Some files alone can't reach the thresholds, which are for all of them. Of a folder, those that are tests.
const files = process.argv.slice(2).flatMap(path => {
  const names = path.endsWith('.ts')
    ? []
    : readdirSync(join(root, path)).filter(name => name.endsWith('.test.ts'))
  return names.length > 0 ? names.map(name => join(path, name)) : path
})
run(
  'tap',
  'tap',
  ...(files.length > 0 ? ['--allow-incomplete-coverage', '--allow-empty-coverage'] : []),
  ...files,
)
