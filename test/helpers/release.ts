// A small workspace that can be released by our script, with an npm that only notes its calls.
import { chmod, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { effort } from './effort.js'
import { emptyFolder, repository, run } from './packed.js'

/** Of its repository. */
export const address = 'https://git.example.com/ours'

/** Notes its calls. Of what is listed beside it, it says that it is published. */
const npm = `#!/usr/bin/env node
const { appendFileSync, existsSync, readFileSync } = require('fs')
const [command, what] = process.argv.slice(2)
const list = __dirname + '/published'
appendFileSync(__dirname + '/calls', process.argv.slice(2).join(' ') + '\\n')
const isPublished = existsSync(list) && readFileSync(list, 'utf8').split(' ').includes(what)
if (command === 'view' && isPublished) console.log(what.replace(/.*@/, ''))
`

/** @returns makes a copy of a workspace that has nothing in its way, where npm says of some packages that they are published */
export async function workspaces(): Promise<(published?: readonly string[]) => Promise<Workspace>> {
  const folder = await emptyFolder()
  const version = /pnpm@\S+/.exec(await readFile(join(repository, '.ci/run'), 'utf8'))?.[0] ?? ''
  // Without npx, which takes a second to find it again.
  const pnpm = (await run('npx', ['-y', '-p', version, '-c', 'command -v pnpm'], folder)).trim()
  const template = join(folder, 'template')
  await writeTemplate(template, pnpm)
  let count = 0
  return async (published = []) => {
    const root = join(folder, `${++count}`)
    await run('cp', ['-a', template, root], folder)
    await writeFile(join(root, 'test/bin/published'), published.join(' '))
    return new Workspace(root, pnpm)
  }
}

class Workspace {
  readonly root: string
  readonly #pnpm: string

  constructor(root: string, pnpm: string) {
    this.root = root
    this.#pnpm = pnpm
  }

  /** Runs the script. A failure is an error with all that it printed. */
  release(...args: string[]): Promise<string> {
    const path = `PATH=${join(this.root, 'test/bin')}:${process.env['PATH']}`
    const command = [process.execPath, 'scripts/release.mjs', ...args]
    return run('env', [path, `npm_execpath=${this.#pnpm}`, ...command], this.root)
  }

  /**
   * Lets all tarballs pass the linters of packages, which take longer than the rest of a release. For tests that are about
   * the rest; a nightly run keeps the linters.
   */
  async passLinters(): Promise<void> {
    if (effort === 'nightly') {
      return
    }
    const modules = join(this.root, 'test/node_modules')
    await rm(modules)
    await mkdir(join(modules, '.bin'), { recursive: true })
    for (const linter of ['publint', 'attw']) {
      await writeFile(join(modules, '.bin', linter), '#!/bin/sh\n', { mode: 0o755 })
    }
  }

  git(...args: string[]): Promise<string> {
    return run('git', args, this.root)
  }

  commit(): Promise<void> {
    return commitAll(this.root)
  }

  async change(path: string, from: string, to: string): Promise<void> {
    const text = await readFile(join(this.root, path), 'utf8')
    if (!text.includes(from)) {
      throw new Error(`${path} has no ${from}`)
    }
    await writeFile(join(this.root, path), text.replace(from, to))
  }

  /** The calls of npm. */
  async calls(): Promise<string[]> {
    const text = await readFile(join(this.root, 'test/bin/calls'), 'utf8').catch(() => '')
    return text.split('\n').filter(line => line !== '')
  }

  async isBuilt(): Promise<boolean> {
    return (await readdir(this.root)).includes('built')
  }
}

async function commitAll(root: string): Promise<void> {
  await run('git', ['add', '--all'], root)
  await run('git', ['commit', '--quiet', '--message', 'A state'], root)
}

async function writeTemplate(root: string, pnpm: string): Promise<void> {
  const write = async (path: string, content: string | object): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(
      join(root, path),
      typeof content === 'string' ? content : JSON.stringify(content, null, 2),
    )
  }
  // By name the first comes before the one that it needs.
  for (const [name, dependencies] of [
    ['adapter', { '@ours/core': 'workspace:^' }],
    ['core', {}],
  ] as const) {
    await write(`packages/${name}/package.json`, manifestOf(name, dependencies))
    await write(`packages/${name}/index.js`, 'export const a = 1\n')
    await write(`packages/${name}/index.d.ts`, 'export declare const a: number\n')
  }
  // As the one that copies the examples: without a scope, and with files that only its `prepack` makes. By its folder it comes first.
  const starter = {
    ...manifestOf('a-starter', {}),
    name: 'create-ours',
    files: ['index.js', 'index.d.ts', 'made'],
  }
  const prepack = "node -e \"fs.writeFileSync('made', '')\""
  await write('packages/a-starter/package.json', { ...starter, scripts: { prepack } })
  await write('packages/a-starter/index.js', 'export const a = 1\n')
  await write('packages/a-starter/index.d.ts', 'export declare const a: number\n')
  const dependencies = { '@ours/core': '^1.2.3' }
  await write('examples/app/package.json', { name: 'app', private: true, dependencies })
  const build = "node -e \"fs.writeFileSync('built', '')\""
  await write('package.json', { private: true, scripts: { build, lint: 'node lint.mjs' } })
  await write('lint.mjs', '')
  await write('pnpm-workspace.yaml', 'packages: [packages/*, examples/*]\nlinkWorkspacePackages: true\n')
  await write('CHANGELOG.md', '# Changelog\n\n## [Unreleased]\n\n## [1.2.3]\n\n- The first of its kind.\n')
  await write('.gitignore', 'node_modules\n.cache\ntest\nbuilt\nmade\n')
  await write('.github/config.yml', `url: ${address}\n`)
  for (const path of ['.ci/run', 'scripts/release.mjs', 'scripts/release-checks.mjs', 'scripts/pnpm.mjs']) {
    await cp(join(repository, path), join(root, path))
  }
  await write('test/bin/npm', npm)
  await chmod(join(root, 'test/bin/npm'), 0o755)
  // The linters of packages.
  await symlink(join(repository, 'test/node_modules'), join(root, 'test/node_modules'))
  await run(pnpm, ['install', '--offline'], root)
  await run('git', ['init', '--quiet'], root)
  await run('git', ['config', 'user.name', 'Ada'], root)
  await run('git', ['config', 'user.email', 'ada@example.com'], root)
  await commitAll(root)
}

function manifestOf(name: string, dependencies: object): object {
  return {
    name: `@ours/${name}`,
    version: '1.2.3',
    license: 'MIT',
    type: 'module',
    homepage: `${address}#readme`,
    repository: { type: 'git', url: `git+${address}.git`, directory: `packages/${name}` },
    bugs: { url: `${address}/issues` },
    exports: { types: './index.d.ts', default: './index.js' },
    files: ['index.js', 'index.d.ts'],
    dependencies,
  }
}
