// The examples as their readers take them away: copied to an empty folder, with the packages as they are published.
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { examples, fileOf, resourceServers } from './helpers/example.js'
import { plain } from './helpers/plain.js'

const repository = fileURLToPath(new URL('..', import.meta.url))
/** What is made from the rest, and a developer's own. */
const left = /^(node_modules|dist|\.env|.*\.(db|db-\w+|tsbuildinfo))$/

// Outside the repository, where no folder above has packages that an example could find.
const folder = await mkdtemp(join(tmpdir(), 'tokenratchet-copies-'))
t.teardown(() => rm(folder, { recursive: true }))
const tarballs = await packed(join(folder, 'packages'))

t.jobs = 2
for (const example of [...examples, ...resourceServers]) {
  t.test(
    `${example}, copied out, installs, builds, starts and passes its test`,
    { buffered: true },
    async t => {
      const copy = join(folder, example)
      await cp(fileOf(example, ''), copy, { recursive: true, filter: source => !left.test(basename(source)) })
      const { dependencies } = await json(join(copy, 'package.json'))
      const ours = Object.keys(dependencies).filter(name => name.startsWith('@tokenratchet/'))
      const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
      await run('npm', ['install', ...flags, ...ours.map(name => tarballs.get(name) ?? name)], copy)
      const lock = (await json(join(copy, 'package-lock.json'))).packages
      for (const path of Object.keys(lock).filter(path => path.includes('@tokenratchet/'))) {
        t.match(lock[path].resolved, /^file:/, `${path} is ours, not the registry's`)
      }
      t.match(await run('npm', ['test'], copy), /\bpass [1-9]\d*\n.*\bfail 0\n/)
    },
  )
}

/** The tarballs of all packages, by their names. */
async function packed(destination: string): Promise<Map<string, string>> {
  const [pnpm = ''] = /pnpm@\S+/.exec(await readFile(join(repository, '.ci/run'), 'utf8')) ?? []
  // Not by their scripts: `prepack` builds again from nothing, while other tests import what is there.
  const options = ['--pack-destination', destination, '--config.ignore-scripts=true']
  await run('npx', ['-y', pnpm, '--recursive', '--filter', './packages/*', 'pack', ...options], repository)
  const files = await readdir(destination)
  return new Map(
    files.map(file => [file.replace(/^(\w+)-(\w+)-.*$/, '@$1/$2'), join(destination, file)] as const),
  )
}

async function json(file: string) {
  return JSON.parse(await readFile(file, 'utf8'))
}

function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(...plain(command, args), { cwd }, (error, stdout, stderr) => {
      if (error) {
        reject(new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`))
      } else {
        resolve(stdout)
      }
    })
  })
}
