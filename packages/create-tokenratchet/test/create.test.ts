// The published command, as `npm create tokenratchet` calls it: what it copies, and what it refuses.
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { copyTemplate, create } from 'create-tokenratchet'
import t from 'tap'

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
const examples = fileURLToPath(new URL('../../../examples', import.meta.url))

/** Runs the command in a folder. */
function run(cwd: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise(resolve => {
    const child = execFile(process.execPath, [cli, ...args], { cwd }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? 1, stdout, stderr }),
    )
  })
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
}

const rows: readonly [args: string[], template: string][] = [
  [['--fastify'], 'fastify'],
  [['--express'], 'express'],
  [['--fastify', '--minimal'], 'minimal-fastify'],
  [['--minimal', '--express'], 'minimal-express'],
]
for (const [args, name] of rows) {
  t.test(`${args.join(' ')} copies examples/${name}, and prints what to do next`, async t => {
    const cwd = t.testdir()
    const { code, stdout, stderr } = await run(cwd, 'my-app', ...args)
    t.same({ code, stderr }, { code: 0, stderr: '' })
    for (const line of ['cd my-app', 'npm install', 'npm start', 'README.md']) {
      t.ok(stdout.includes(line), line)
    }
    const copy = join(cwd, 'my-app')
    const source = join(cwd, 'source')
    copyTemplate(join(examples, name), source)
    t.same(filesOf(copy), filesOf(source))
    t.ok(existsSync(join(copy, '.gitignore')))
    const manifest = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'))
    const { dependencies } = JSON.parse(readFileSync(join(examples, name, 'package.json'), 'utf8'))
    t.equal(manifest.name, 'my-app')
    t.same(manifest.dependencies, dependencies, 'the packages come from npm')
  })
}

t.test('refuses, and creates nothing, with', async t => {
  const cases: Record<string, readonly [args: string[], message: string]> = {
    'an unknown option': [['app', '--fastfy'], 'Unknown option: --fastfy'],
    'an unknown short option': [['app', '--fastify', '-m'], 'Unknown option: -m'],
    'a value for an option': [['app', '--fastify=5'], '--fastify takes no value'],
    'both frameworks': [['app', '--fastify', '--express'], 'Choose one framework'],
    'no framework': [['app', '--minimal'], 'Choose a framework'],
    'no folder': [['--fastify'], 'Name the folder'],
    'two folders': [['app', 'other', '--fastify'], 'Name one folder (got 2: app, other)'],
  }
  for (const [name, [args, message]] of Object.entries(cases)) {
    const cwd = t.testdir()
    const { code, stdout, stderr } = await run(cwd, ...args)
    t.same({ code, stdout }, { code: 1, stdout: '' }, name)
    const [problem = '', usage = '', ...more] = stderr.trimEnd().split('\n')
    t.ok(problem.startsWith(message), `${name}: ${problem}`)
    t.match(usage, /^Usage: npm create tokenratchet/, name)
    t.same(more, [], `${name}: no stack`)
    t.same(readdirSync(cwd), [], name)
  }
})

t.test('refuses a folder that is not empty, a file, and a folder below a file', async t => {
  const cwd = t.testdir({ full: { '.keep': 'mine' }, file: 'mine' })
  const cases = { full: 'is not empty', file: 'is a file', 'file/app': 'is a file' }
  for (const [folder, message] of Object.entries(cases)) {
    const { code, stderr } = await run(cwd, folder, '--express')
    t.equal(code, 1, folder)
    t.match(stderr, message, folder)
    t.equal(stderr.trimEnd().split('\n').length, 1, `${folder}: no stack`)
  }
  t.same(filesOf(cwd), ['file', 'full/.keep'])
})

t.test('takes an empty folder that is there, and arguments behind --', async t => {
  const cwd = t.testdir({ app: {} })
  const { code } = await run(cwd, '--', 'app', '--express', '--minimal')
  t.equal(code, 0)
  t.ok(existsSync(join(cwd, 'app/server.js')))
})

t.test('a copy has no secrets, databases, installed or built files', async t => {
  const manifest = { name: 'example', dependencies: { fastify: '^5.0.0' } }
  const folder = t.testdir({
    example: {
      '.env': 'TOKEN_SECRET=mine',
      '.env.example': 'TOKEN_SECRET=',
      'example.db': '',
      'example.db-wal': '',
      dist: { 'server.js': '' },
      node_modules: { fastify: { 'index.js': '' } },
      src: { 'server.ts': '' },
      gitignore: 'node_modules/',
      'package.json': JSON.stringify(manifest),
    },
  })
  create({ folder: join(folder, 'copy'), template: join(folder, 'example') })
  t.same(filesOf(join(folder, 'copy')), ['.env.example', '.gitignore', 'package.json', 'src/server.ts'])
})

t.test('the name of a copy is one that npm accepts, and not that of a dependency', async t => {
  const manifest = { name: 'example', dependencies: { fastify: '^5.0.0' } }
  const folder = t.testdir({ example: { 'package.json': JSON.stringify(manifest) } })
  const names = { 'My App': 'my-app', '.hidden': 'hidden', fastify: 'fastify-app', 日本: 'app' }
  for (const [given, expected] of Object.entries(names)) {
    create({ folder: join(folder, given), template: join(folder, 'example') })
    const { name } = JSON.parse(readFileSync(join(folder, given, 'package.json'), 'utf8'))
    t.equal(name, expected, given)
  }
})

t.test('tarballs get into the copy, which names them by paths within itself', async t => {
  const manifest = { name: 'example', dependencies: { '@ours/adapter': '^1.0.0', fastify: '^5.0.0' } }
  const folder = t.testdir({
    example: { 'package.json': JSON.stringify(manifest) },
    packed: { 'adapter.tgz': 'adapter', 'core.tgz': 'core' },
  })
  const tarballs = new Map(
    ['core', 'adapter'].map(name => [`@ours/${name}`, join(folder, `packed/${name}.tgz`)] as const),
  )
  const copy = join(folder, 'copy')
  create({ folder: copy, template: join(folder, 'example'), tarballs })
  const { dependencies } = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'))
  t.same(Object.entries(dependencies), [
    ['@ours/adapter', 'file:./vendor/adapter.tgz'],
    ['@ours/core', 'file:./vendor/core.tgz'],
    ['fastify', '^5.0.0'],
  ])
  t.equal(readFileSync(join(copy, 'vendor/core.tgz'), 'utf8'), 'core')
  t.match(readFileSync(join(copy, 'pnpm-workspace.yaml'), 'utf8'), "  '@ours/core': file:./vendor/core.tgz\n")
})
