// The tarballs in empty projects, as people install them: the newest of what our peer ranges allow, and the oldest.
import { access, cp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { some } from './helpers/effort.js'
import {
  emptyFolder,
  emptyProject,
  json,
  libraries,
  npmInstall,
  packed,
  pnpmInstall,
  repository,
  run,
} from './helpers/packed.js'
import { startRedis } from './helpers/redis.js'

const compilerOptions = {
  module: 'nodenext',
  target: 'es2022',
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  types: ['node'],
}

const folder = await emptyFolder()
const tarballs = await packed(join(folder, 'packages'))
const ours = libraries(tarballs)
const redis = await startRedis()
t.teardown(() => redis.stop())

const newest = [
  'fastify',
  '@fastify/jwt',
  'express',
  'ioredis',
  'redis',
  '@types/node@20',
  '@types/express@5',
]
/** What installs, what beside our packages, and the compilers, of which the older ones take seconds. */
const projects = {
  npm: [npmInstall, newest, some(['typescript', 'typescript59', 'typescript6'], 1)],
  pnpm: [pnpmInstall, newest, ['typescript']],
  'npm, the oldest peers': [
    npmInstall,
    [...(await oldest()), '@types/node@20', '@types/express@4'],
    ['typescript'],
  ],
} as const

t.jobs = 2
for (const [name, [install, peers, compilers]] of Object.entries(projects)) {
  t.test(name, { buffered: true }, async t => {
    const project = await emptyProject(join(folder, name.replace(/\W+/g, '-')))
    await install([...ours, ...peers], tarballs, project)
    await cp(fileURLToPath(new URL('./install', import.meta.url)), project, { recursive: true })
    const entries = await entryPoints(project)
    t.ok(entries.length > ours.length, `${entries}`)

    const imported = await node(project, 'import.mjs', ...entries)
    const required = await node(project, 'require.cjs', ...entries)
    t.equal(imported, required, 'import and require() find the same, without a warning')
    t.match(imported, /^@tokenratchet\/core: .*createTokens/m)

    t.equal(
      await node(project, 'app.mjs', `${redis.port}`),
      'fastify, @fastify/jwt, express, ioredis, redis\n',
    )

    const core = '@tokenratchet/core'
    const second = join(project, 'node_modules/@tokenratchet/redis/node_modules', core)
    await cp(join(project, 'node_modules', core), second, { recursive: true, dereference: true })
    t.equal(
      await node(project, 'outage.mjs'),
      '503, 1, false, true, Redis: there is no connection\n',
      'an error of a second copy of the core keeps its cause',
    )
    await rm(second, { recursive: true })

    await writeFile(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['consumer.mts', 'consumer.cts'] }),
    )
    for (const compiler of compilers) {
      const tsc = join(repository, 'test/node_modules', compiler, 'lib/tsc.js')
      t.equal(await run(process.execPath, [tsc, '--pretty', 'false'], project), '', compiler)
    }
  })
}

t.test(
  'an install of the Fastify plugin brings no @fastify/jwt, and runs without it',
  { buffered: true },
  async t => {
    const project = await emptyProject(join(folder, 'without'))
    await npmInstall(['@tokenratchet/core', '@tokenratchet/fastify', 'fastify'], tarballs, project)
    await cp(fileURLToPath(new URL('./install/import.mjs', import.meta.url)), join(project, 'import.mjs'))
    await t.rejects(access(join(project, 'node_modules/@fastify/jwt')))
    t.match(
      await node(project, 'import.mjs', '@tokenratchet/fastify'),
      /^@tokenratchet\/fastify: .*tokenratchet/,
    )
    await t.rejects(node(project, 'import.mjs', '@tokenratchet/fastify/jwt'), {
      message: /Cannot find package '@fastify\/jwt'/,
    })
  },
)

/** The lower bounds of our peer ranges. */
async function oldest(): Promise<string[]> {
  const folders = await readdir(join(repository, 'packages'))
  const manifests = await Promise.all(
    folders.map(name => json(join(repository, 'packages', name, 'package.json'))),
  )
  const ranges = Object.assign({}, ...manifests.map(({ peerDependencies }) => peerDependencies))
  return Object.entries<string>(ranges).map(([name, range]) => `${name}@${/\d+\.\d+\.\d+/.exec(range)}`)
}

/** All that can be imported of our packages, but for their manifests. */
async function entryPoints(project: string): Promise<string[]> {
  const found = await Promise.all(
    ours.map(async name => {
      const { exports } = await json(join(project, 'node_modules', name, 'package.json'))
      const paths = Object.keys(exports).filter(path => path !== './package.json')
      return paths.map(path => name + path.slice(1))
    }),
  )
  return found.flat()
}

/** What a program prints; what it prints to stderr, such as warnings, too. */
function node(project: string, file: string, ...args: readonly string[]): Promise<string> {
  return run('sh', ['-c', 'exec "$0" "$@" 2>&1', process.execPath, file, ...args], project)
}
