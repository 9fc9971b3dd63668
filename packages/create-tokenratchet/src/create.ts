import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Refusal } from './refusal.js'
import { copyTemplate, restoreIgnoreFile } from './template.js'

export interface CreateOptions {
  /** Absolute path of the folder to create. */
  readonly folder: string
  /** Absolute path of the example to copy. */
  readonly template: string
  /** Tarballs of packages that can't be had from a registry, by the names of the packages. The copy brings them along. */
  readonly tarballs?: ReadonlyMap<string, string>
}

/** The folder of a copy that holds the tarballs. */
const vendor = 'vendor'

/**
 * Refuses a folder that has something in it.
 *
 * @throws Refusal unless the folder is missing or empty
 */
export function refuseUnlessEmpty(folder: string): void {
  try {
    if (readdirSync(folder).length === 0) {
      return
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') {
      return
    }
    throw code === 'ENOTDIR' ? new Refusal(`${folder} is a file: name a new or an empty folder`) : error
  }
  throw new Refusal(`${folder} is not empty: name a new or an empty folder. Nothing was changed`)
}

/**
 * Makes a copy of an example that is an application of its own.
 *
 * @throws Refusal if the folder is not empty
 * @example
 * ```ts
 * create({ folder: '../my-app', template: 'examples/fastify' })
 * ```
 */
export function create({ folder, template, tarballs = new Map() }: CreateOptions): void {
  refuseUnlessEmpty(folder)
  mkdirSync(folder, { recursive: true })
  copyTemplate(template, folder)
  restoreIgnoreFile(folder)
  const file = join(folder, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  const files = [...tarballs].map(
    ([name, tarball]) => [name, `file:./${vendor}/${basename(tarball)}`] as const,
  )
  const { description: _ofTheExample, ...rest } = manifest
  const own = {
    ...rest,
    name: nameOf(folder, manifest.dependencies),
    // npm looks for what our packages need among these first, so they name all of them.
    dependencies: sorted({ ...manifest.dependencies, ...Object.fromEntries(files) }),
  }
  writeFileSync(file, `${JSON.stringify(own, null, 2)}\n`)
  if (files.length > 0) {
    writeVendor(folder, tarballs, files)
  }
}

/** A name that npm accepts. It must not be that of a dependency. */
function nameOf(folder: string, dependencies: object): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '')
  return name === '' || name in dependencies ? `${name}-app`.replace(/^-/, '') : name
}

function sorted(dependencies: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(dependencies).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function writeVendor(
  folder: string,
  tarballs: ReadonlyMap<string, string>,
  files: readonly (readonly [name: string, spec: string])[],
): void {
  mkdirSync(join(folder, vendor))
  for (const tarball of tarballs.values()) {
    copyFileSync(tarball, join(folder, vendor, basename(tarball)))
  }
  writeFileSync(
    join(folder, vendor, 'README.md'),
    `# Tokenratchet, packed

These are the packages of Tokenratchet as they will be published. \`package.json\` refers to them, so commit this folder.

Once the packages are on npm: install them by their names, then delete this folder and \`pnpm-workspace.yaml\`.
`,
  )
  const overrides = files.map(([name, spec]) => `  '${name}': ${spec}\n`)
  writeFileSync(
    join(folder, 'pnpm-workspace.yaml'),
    `# For pnpm: the packages of Tokenratchet need each other, and are not on npm yet. npm does not read this file.
overrides:
${overrides.join('')}`,
  )
}
