// The packages as they are published, for tests that install them like everybody else does.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { plain } from './plain.js'

export const repository: string = fileURLToPath(new URL('../..', import.meta.url))

/** For npm: fetch no more than needed, and show nothing else than what was asked for. */
export const npmFlags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']

/** A folder until the test ends, outside the repository, where no folder above has packages that could be found. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tokenratchet-'))
  t.teardown(() => rm(folder, { recursive: true }))
  return folder
}

/** The tarballs of all packages, by their names. A whole run has packed them once for all files: scripts/test.mjs. */
export async function packed(destination: string): Promise<ReadonlyMap<string, string>> {
  const shared = process.env['TOKENRATCHET_TARBALLS']
  if (shared !== undefined) {
    return tarballsIn(shared)
  }
  // Not by their scripts: `prepack` builds again from nothing, while other tests import what is there.
  const options = ['--pack-destination', destination, '--config.ignore-scripts=true']
  await pnpm(['--recursive', '--filter', './packages/*', 'pack', ...options], repository)
  return tarballsIn(destination)
}

async function tarballsIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = await readdir(folder)
  return new Map(
    files.map(file => {
      const name = file.replace(/-\d.*$/, '').replace(/^tokenratchet-/, '@tokenratchet/')
      return [name, join(folder, file)] as const
    }),
  )
}

/** The packages that an application imports: all but the one that makes an application. */
export function libraries(tarballs: ReadonlyMap<string, string>): string[] {
  return [...tarballs.keys()].filter(name => name.startsWith('@tokenratchet/'))
}

/** What `npm init` makes, but for what nobody reads. */
export async function emptyProject(folder: string): Promise<string> {
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'commonjs' }))
  return folder
}

/** Installs with npm; of our packages' names, the tarballs. */
export async function npmInstall(
  names: readonly string[],
  tarballs: ReadonlyMap<string, string>,
  folder: string,
): Promise<void> {
  const what = names.map(name => tarballs.get(name) ?? name)
  await run('npm', ['install', ...npmFlags, ...what], folder)
}

/**
 * The same with pnpm, which asks the registry for what a tarball depends on, even where another tarball has it: until
 * they are published, only overrides tell it.
 */
export async function pnpmInstall(
  names: readonly string[],
  tarballs: ReadonlyMap<string, string>,
  folder: string,
): Promise<void> {
  const overrides = Object.fromEntries([...tarballs].map(([name, file]) => [name, `file:${file}`]))
  // YAML has all of JSON.
  await writeFile(join(folder, 'pnpm-workspace.yaml'), JSON.stringify({ overrides }))
  await pnpm(['add', '--prefer-offline', ...names.map(name => tarballs.get(name) ?? name)], folder)
}

/** By the version of CI. */
export async function pnpm(args: readonly string[], cwd: string): Promise<string> {
  return run('npx', ['-y', await pnpmOfCi(), ...args], cwd)
}

/** The version of CI, as npx takes it. */
export async function pnpmOfCi(): Promise<string> {
  const [version = ''] = /pnpm@\S+/.exec(await readFile(join(repository, '.ci/run'), 'utf8')) ?? []
  return version
}

export async function json(file: string) {
  return JSON.parse(await readFile(file, 'utf8'))
}

/** What a command prints; throws all that it said if it fails. */
export function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(...plain(command, args), { cwd, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error) {
        reject(new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`))
      } else {
        resolve(stdout)
      }
    })
  })
}
