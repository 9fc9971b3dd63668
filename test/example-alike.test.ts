// The examples share no code, so each can be copied alone. This test keeps the same what needs no framework.
import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { type Any, type Example, examples, fileOf, minimal, resourceServers } from './helpers/example.js'

/** The files that a framework needs its own form of. All others must be the same. */
const different = [
  'README.md',
  'package.json',
  'src/accounts.ts',
  'src/app.ts',
  'src/attempts.ts',
  'src/user.ts',
]

/** The same but for the name of the framework. */
const named = ['src/events.ts']

const ignored = /^(node_modules|dist|\.env|[^/]*\.(db|db-\w+|tsbuildinfo))$/

t.test('the starters differ in files of the framework only', async t => {
  const files = new Set(examples.flatMap(filesOf))
  t.ok(files.has('src/server.ts') && files.has('public/app.js') && files.has('test/app.test.js'))
  for (const file of [...files].filter(file => !different.includes(file))) {
    const isNamed = named.includes(file)
    const texts = examples.map(example => textOf(example, file))
    const [first, second] = isNamed ? texts.map(withoutName) : texts
    t.equal(second, first, file)
    t.equal(texts[0] !== texts[1], isNamed, `${file} ${isNamed ? 'names its framework' : 'is the same'}`)
  }
})

t.test('a starter has less than 700 lines, with its page and its tests', async t => {
  for (const example of examples) {
    const files = filesOf(example).filter(file => file !== 'README.md')
    const lines = files.map(file => textOf(example, file).split('\n').length - 1)
    const sum = lines.reduce((a, b) => a + b)
    t.ok(sum < 700, `${example}: ${sum}`)
  }
})

t.test('the demo has the same files where it does the same', async t => {
  for (const file of ['src/credentials.ts', 'src/headers.ts', 'src/refusal.ts', 'tsconfig.json']) {
    t.equal(textOf('demo', file), textOf('fastify', file), file)
  }
})

t.test('the resource servers are configured and tested the same way', async t => {
  for (const file of [
    '.env.example',
    '.gitignore',
    'src/config.ts',
    'test/server.test.js',
    'tsconfig.json',
  ]) {
    const [first, second] = resourceServers.map(server => textOf(server, file))
    t.equal(second, first, file)
  }
  t.equal(textOf('resource-server-jose', 'tsconfig.json'), textOf('fastify', 'tsconfig.json'))
})

t.test('the minimal examples have one test, and at most 60 lines of code', async t => {
  for (const file of ['.gitignore', 'test/server.test.js']) {
    const [first, second] = minimal.map(example => textOf(example, file))
    t.equal(second, first, file)
  }
  const [first = '', second = ''] = minimal.map(example => withoutName(textOf(example, 'README.md')))
  t.equal(second, first, 'README.md, but for the name of the framework')
  for (const example of minimal) {
    const lines = textOf(example, 'server.js').trimEnd().split('\n').length
    t.ok(lines <= 60, `${example}: ${lines}`)
    const [, list = ''] = /^const \{(.*)\} = process\.env$/m.exec(textOf(example, 'server.js')) ?? []
    const names = list.match(/[A-Z_]{4,}/g) ?? []
    t.ok(names.length > 3)
    for (const name of names) {
      t.ok(textOf(example, 'README.md').includes(`\`${name}\``), `${example} ${name}`)
    }
  }
})

t.test('all ask for the same versions of what they share', async t => {
  const manifestOf = (example: Any) => JSON.parse(textOf(example, 'package.json'))
  const built = [...examples, ...resourceServers].map(manifestOf)
  const all = [...built, ...minimal.map(manifestOf), manifestOf('demo')]
  for (const kind of ['dependencies', 'devDependencies', 'engines', 'scripts']) {
    const versions = new Map<string, unknown>()
    for (const [name, version] of (kind === 'scripts' ? built : all).flatMap(manifest =>
      Object.entries(manifest[kind] ?? {}),
    )) {
      t.equal(version, versions.get(name) ?? version, name)
      versions.set(name, version)
    }
  }
})

t.test('every variable is in .env.example and in the README', async t => {
  for (const example of [...examples, ...resourceServers]) {
    const names = [...textOf(example, 'src/config.ts').matchAll(/\('([A-Z_]+)'/g)].map(([, name]) => name)
    t.ok(names.length > 3)
    for (const name of names) {
      t.match(textOf(example, '.env.example'), new RegExp(`^${name}=`, 'm'), `${example} ${name}`)
      t.match(textOf(example, 'README.md'), `| \`${name}\``, `${example} ${name}`)
    }
  }
  for (const [, name] of textOf('demo', 'src/config.ts').matchAll(/\('([A-Z_]+)'/g)) {
    t.match(textOf('demo', 'README.md'), `| \`${name}\``, `demo ${name}`)
  }
})

function filesOf(example: Example): string[] {
  const files: string[] = []
  for (const { name } of readdirSync(fileOf(example, ''), { withFileTypes: true })) {
    if (!ignored.test(name)) {
      files.push(...filesAt(example, name))
    }
  }
  return files
}

function filesAt(example: Example, path: string): string[] {
  const isFolder = ['public', 'src', 'test'].includes(path)
  return isFolder ? readdirSync(fileOf(example, path)).map(name => `${path}/${name}`) : [path]
}

function textOf(example: Any, file: string): string {
  return readFileSync(fileOf(example, file), 'utf8')
}

function withoutName(text: string): string {
  return text.replace(/fastify|express/gi, '<framework>')
}
