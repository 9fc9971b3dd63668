// The one test command.
//
//   pnpm test                     everything, with coverage
//   pnpm test FILE                one file, without coverage and without what only whole runs need
//   pnpm test FILE -g NAME        only the tests of that file whose names contain NAME
//   pnpm test FOLDER              the test files of a folder, one after the other in processes of their own
//   pnpm test:fast                everything that needs neither an install, an example, a fleet, the bench nor a browser,
//                                 with fewer random cases (test/helpers/effort.ts)
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ensureTools } from './ensure-tools.mjs'
import Reporter from './reporter.mjs'

/** What `--fast` leaves out: what installs packages, or starts examples, browsers or many processes and servers. */
const slow = [
  'packages/redis/test/{cluster-moves,dead-shard,failover}.test.ts',
  'packages/create-tokenratchet/test/index.ts',
  'test/{bench,bundles,chaos,copy-out,docs-run,install,install-types,new,readme-start,release,tarballs}.test.ts',
  'test/{example,fleet}-*.test.ts',
  'test/browser/*.test.ts',
]

const packages = ['core', 'redis', 'fastify', 'express', 'client'].map(name => `packages/${name}`)
const examples = ['fastify', 'express', 'resource-server-jose', 'resource-server-fastify']

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
  if (!/^(packages(?!\/create-tokenratchet)|test\/contract)\//.test(files[0])) {
    buildExamples()
  }
  process.exitCode = await runFile(files[0])
} else {
  run('typescript', 'tsc', '-b')
  if (values.fast) {
    process.env.TOKENRATCHET_EFFORT = 'fast'
    run(
      'tap',
      'tap',
      '--disable-coverage',
      '--allow-empty-coverage',
      ...slow.map(glob => `--exclude=${glob}`),
    )
  } else {
    buildExamples()
    if (isWhole) {
      node('scripts/size.mjs')
      pack()
    }
    run(
      'tap',
      'tap',
      ...(isWhole ? [] : ['--disable-coverage', '--allow-empty-coverage', ...grep()]),
      ...files,
    )
  }
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
  const names = readdirSync(found).filter(name => name.endsWith('.test.ts'))
  return names.length > 0
    ? names.map(name => relative(root, join(found, name)))
    : fail(`${path} has no tests`)
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
  return values.grep === undefined ? [] : [`--grep=${values.grep}`]
}

/** One file without tap's own runner, which would take longer to start than most files to run. */
async function runFile(file) {
  const env = { ...process.env, TAP_TYPE_STRIP_ONLY: '1', TAP_TIMEOUT: '300' }
  if (values.grep !== undefined) {
    const literal = values.grep.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
    env.TAP_GREP = `/${literal}/i`
  }
  const child = spawn(process.execPath, ['--import=tsx', file], {
    cwd: root,
    env,
    stdio: ['inherit', 'pipe', 'inherit'],
  })
  const reporter = new Reporter({ hasTable: false })
  child.stdout.setEncoding('utf8').pipe(reporter).pipe(process.stdout)
  const [status] = await Promise.all([
    new Promise(done => child.once('close', done)),
    new Promise(done => reporter.once('end', done)),
  ])
  if (reporter.total === 0) {
    console.error(`No test of ${file} has ${JSON.stringify(values.grep ?? '')} in its name`)
    return 1
  }
  return status ?? 1
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
