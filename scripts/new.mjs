// A copy of an example that installs and runs anywhere, with our packages packed into it until they are published:
//
//   pnpm new ../my-app --fastify | --express [--minimal]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import {
  create,
  nextSteps,
  Refusal,
  readChoice,
  refuseUnlessEmpty,
  templateOf,
  withRefusals,
} from '../packages/create-tokenratchet/dist/index.js'
import { pnpm } from './pnpm.mjs'
import { packagesOf } from './release-checks.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
// pnpm runs scripts in the root, and says where it was called.
const { npm_lifecycle_event: script, INIT_CWD: calledIn } = process.env
const workingDirectory = (script === 'new' && calledIn) || process.cwd()

await withRefusals(() => {
  const choice = readChoice(process.argv.slice(2), 'pnpm new')
  const folder = resolve(workingDirectory, choice.folder)
  refuseUnlessEmpty(folder)
  const template = join(root, 'examples', templateOf(choice))
  const needed = packagesFor(template)
  console.log('Building and packing the packages of Tokenratchet ...')
  run('build', process.execPath, [typescript(), '-b', ...needed.map(each => each.folder)])
  const packed = mkdtempSync(join(tmpdir(), 'tokenratchet-'))
  try {
    create({ folder, template, tarballs: pack(needed, packed) })
  } finally {
    rmSync(packed, { recursive: true })
  }
  console.log(`\n${nextSteps(choice, true)}`)
})

/** Our packages that an application depends on, and those that they need. */
function packagesFor(template) {
  const { dependencies } = JSON.parse(readFileSync(join(template, 'package.json'), 'utf8'))
  const names = new Set(Object.keys(dependencies))
  // Each package comes after those that it needs.
  const packages = packagesOf(root).reverse()
  return packages.filter(({ manifest }) => {
    const isNeeded = names.has(manifest.name)
    for (const name of isNeeded ? Object.keys(manifest.dependencies ?? {}) : []) {
      names.add(name)
    }
    return isNeeded
  })
}

/** Tarballs by the names of their packages. `prepack` would delete `dist`, which others may be using. */
function pack(packages, destination) {
  const filters = packages.flatMap(({ folder }) => ['--filter', `./${folder}`])
  const options = ['--pack-destination', destination, '--config.ignore-scripts=true']
  run('pack', ...pnpm(root, '--recursive', ...filters, 'pack', ...options))
  const files = readdirSync(destination)
  return new Map(
    packages.map(({ manifest: { name, version } }) => {
      const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
      if (!files.includes(file)) {
        throw new Refusal(`${name} was not packed: there is no ${file}`)
      }
      return [name, join(destination, file)]
    }),
  )
}

function typescript() {
  const manifest = join(root, 'node_modules/typescript/package.json')
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'))
  return join(manifest, '..', bin.tsc)
}

/** Runs a command. What it prints is shown if it fails. */
function run(name, command, args) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) {
    throw new Refusal(
      `${stdout ?? ''}${stderr ?? ''}\n${name}: ${error?.message ?? 'failed'}. Nothing was created`,
    )
  }
}
