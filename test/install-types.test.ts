// The declarations in the tarballs, by the oldest and the newest of what applications compile them with.
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { some } from './helpers/effort.js'
import {
  emptyFolder,
  emptyProject,
  libraries,
  npmInstall,
  packed,
  repository,
  run,
} from './helpers/packed.js'

const compilerOptions = {
  target: 'es2022',
  // Without what browsers have: servers do not have it.
  lib: ['es2023'],
  strict: true,
  skipLibCheck: false,
  noEmit: true,
  types: ['node'],
}

/** The settings that docs/reference.md documents. A CommonJS module may import us in those that allow `require()` of ESM. */
const resolutions = {
  node16: { module: 'node16', files: ['strict.mts'] },
  nodenext: { module: 'nodenext', files: ['strict.mts', 'consumer.cts'] },
  bundler: { module: 'preserve', moduleResolution: 'bundler', files: ['strict.mts'] },
  node10: { module: 'es2022', moduleResolution: 'node10', esModuleInterop: true, files: ['strict.mts'] },
}

/**
 * The older compilers take seconds for each resolution: nodenext they have in install.test.ts. Node10 is deprecated in
 * TypeScript 6 and gone in TypeScript 7. A whole run takes the first `whole` resolutions, a nightly run all of them.
 */
const compilers = {
  'TypeScript 5.9': { name: 'typescript59', known: ['node10', 'node16', 'bundler'], whole: 1, more: {} },
  'TypeScript 6': { name: 'typescript6', known: ['node10'], whole: 0, more: { ignoreDeprecations: '6.0' } },
  'TypeScript 7': { name: 'typescript', known: ['node16', 'nodenext', 'bundler'], whole: 3, more: {} },
} as const

/** The lower bound of `engines`, and whatever is newest. Only the first can break by a change of ours: a whole run has it. */
const typesOfNode = [
  ['the oldest', '@types/node@20.19.0'],
  ['the newest', '@types/node'],
] as const

const folder = await emptyFolder()
const tarballs = await packed(join(folder, 'packages'))

t.jobs = 2
for (const [age, types] of some(typesOfNode, 1)) {
  const project = await emptyProject(join(folder, age.replace(' ', '-')))
  await npmInstall(
    [...libraries(tarballs), 'fastify', 'express', '@types/express@5', types],
    tarballs,
    project,
  )
  await cp(fileURLToPath(new URL('./install', import.meta.url)), project, { recursive: true })
  for (const [compiler, { name, known, whole, more }] of Object.entries(compilers)) {
    const chosen: readonly (keyof typeof resolutions)[] = some(known, whole)
    if (chosen.length === 0) {
      continue
    }
    t.test(`R41: ${compiler} with ${age} @types/node`, { buffered: true }, async t => {
      const configs = await Promise.all(chosen.map(each => writeConfig(project, name, each, more)))
      const tsc = join(repository, 'test/node_modules', name, 'lib/tsc.js')
      // One build reads the libraries that they share once.
      await t.resolves(run(process.execPath, [tsc, '--build', ...configs, '--pretty', 'false'], project))
    })
  }
}

async function writeConfig(
  project: string,
  compiler: string,
  resolution: keyof typeof resolutions,
  more: object,
): Promise<string> {
  const { files, ...options } = resolutions[resolution]
  const config = join(project, `tsconfig.${compiler}.${resolution}.json`)
  await writeFile(
    config,
    JSON.stringify({ compilerOptions: { ...compilerOptions, ...options, ...more }, files }),
  )
  return config
}
