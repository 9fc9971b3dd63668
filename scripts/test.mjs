// The one test command.
//
//   pnpm test                     everything, with coverage
//   pnpm test FILE                one file, without coverage and without what only whole runs need
//   pnpm test FILE -g NAME        only the tests of that file whose names contain NAME
//   pnpm test FOLDER              the test files of a folder, one after the other in processes of their own
//   pnpm test:fast                everything that needs neither an install, an example, a fleet, the bench nor a browser,
//                                 with fewer random cases (test/helpers/effort.ts)
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { reportCoverage } from './coverage.mjs'
import { ensureTools } from './ensure-tools.mjs'
import { runFiles } from './run-files.mjs'
import { testFiles as allTestFiles, isCovering, testsIn } from './test-files.mjs'

const fast = { TOKENRATCHET_EFFORT: 'fast' }
const packages = ['core', 'redis', 'sqlite', 'fastify', 'express', 'client'].map(name => `packages/${name}`)
const examples = ['fastify', 'express', 'demo', 'resource-server-jose', 'resource-server-fastify']

const root = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)

const { values, positionals } = read(process.argv.slice(2))
// In a package, `pnpm test` is its folder of tests.
const isInPackage = relative(root, process.cwd()) !== ''
const files = (positionals.length === 0 && isInPackage ? ['test'] : positionals).flatMap(testFiles)
const isWhole = files.length === 0 && !values.fast && values.grep === undefined
if (files.length === 0 && values.grep !== undefined) {
  fail('-g needs a file: pnpm test FILE -g NAME')
}

if (isWhole || values.fast) {
  try {
    ensureTools(isWhole ? undefined : ['redis-server'])
  } catch (error) {
    fail(error.message)
  }
}
if (files.length === 1) {
  // Its types are for the editor and for whole runs: only what the test imports from dist is built.
  if (!packages.every(isBuilt)) {
    run('typescript', 'tsc', '-b', ...packages)
  }
  if (files.some(usesExamples)) {
    buildExamples()
  }
  process.exitCode = await runOne(files[0])
} else {
  run('typescript', 'tsc', '-b')
  const isFast = values.fast
  if (isWhole || files.some(usesExamples)) {
    buildExamples()
  }
  if (isWhole) {
    node('scripts/size.mjs')
    pack()
  }
  const isOk = isWhole
    ? await runWhole()
    : await runMany(isFast ? allTestFiles({ isFast }) : files, { env: { ...grep(), ...(isFast && fast) } })
  process.exitCode = isOk ? 0 : 1
}

function read(args) {
  try {
    // pnpm hands `--` on.
    return parseArgs({
      args: args.filter(argument => argument !== '--'),
      allowPositionals: true,
      options: { grep: { type: 'string', short: 'g' }, fast: { type: 'boolean', default: false } },
    })
  } catch (error) {
    return fail(error.message)
  }
}

/** Paths from the root, wherever pnpm was called. Of a folder, those files that are tests. */
function testFiles(path) {
  const folders = [process.cwd(), process.env.INIT_CWD ?? root, root]
  const found = folders
    .map(folder => resolve(folder, path))
    .find(each => statSync(each, { throwIfNoEntry: false }) !== undefined)
  if (found === undefined) {
    return fail(`There is no ${path}`)
  }
  if (!statSync(found).isDirectory()) {
    return relative(root, found)
  }
  const inFolder = testsIn(relative(root, found))
  return inFolder.length > 0 ? inFolder : fail(`${path} has no tests`)
}

/** Whether no source is newer than the last build: asking the compiler costs as much as many a test. */
function isBuilt(folder) {
  const modified = path => statSync(join(root, folder, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const sources = readdirSync(join(root, folder, 'src'), { recursive: true })
  const built = modified('dist/.tsbuildinfo')
  return ['package.json', 'tsconfig.json', 'src', ...sources.map(path => join('src', path))].every(
    path => modified(path) < built,
  )
}

/** Tests of the packages themselves don't start the examples. */
function usesExamples(file) {
  return !/^(packages(?!\/create-tokenratchet)|test\/contract)\//.test(file)
}

// Stand-alone projects that see the packages as their users do: after the packages are built.
function buildExamples() {
  run('typescript', 'tsc', '-b', ...examples.map(example => `examples/${example}`))
  node('packages/create-tokenratchet/templates.mjs')
}

/** Packed once for all files that install the packages: test/helpers/packed.ts. */
function pack() {
  const folder = join(root, '.cache/tarballs')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const pnpm = process.env.npm_execpath ?? ''
  // `prepack` would build again.
  const args = ['-r', '--filter', './packages/*', 'pack', '--pack-destination', folder]
  if (!/pnpm[^/\\]*$/.test(pnpm)) {
    return
  }
  const [command, ...before] = /js$/.test(pnpm) ? [process.execPath, pnpm] : [pnpm]
  const { status } = spawnSync(command, [...before, ...args, '--config.ignore-scripts=true'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status === 0) {
    process.env.TOKENRATCHET_TARBALLS = folder
  }
}

function grep() {
  const literal = values.grep?.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  return literal === undefined ? {} : { TAP_GREP: `/${literal}/i` }
}

/** One file, or those tests in it whose names contain what `-g` says. */
async function runOne(file) {
  const { total, isOk } = await runFiles([file], { cwd: root, env: grep(), hasTable: false })
  if (total === 0) {
    console.error(`No test of ${file} has ${JSON.stringify(values.grep ?? '')} in its name`)
    return 1
  }
  return isOk ? 0 : 1
}

/** Many files: what they share, and tap's hooks, would cost more than most of them. */
async function runMany(files, options) {
  const nodeArgs = [
    '--import=./test/helpers/no-async-hooks.mjs',
    // Objects of tests die young: with Node's default of 16 MB, a long suite spends a tenth of its time on collecting them.
    '--max-semi-space-size=64',
  ]
  const jobs = availableParallelism() + 1
  const { isOk } = await runFiles(files, { cwd: root, nodeArgs, jobs, ...options })
  return isOk
}

/** Everything. Coverage comes before the closing line. */
async function runWhole() {
  const folder = join(root, '.cache/coverage')
  rmSync(folder, { recursive: true, force: true })
  return runMany(allTestFiles({ isFast: false }), {
    envOf: file => (isCovering(file) ? { NODE_V8_COVERAGE: folder } : {}),
    beforeEnd: () => reportCoverage(root, folder),
  })
}

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

function fail(message) {
  console.error(message)
  process.exit(1)
}
