// The declarations in the tarballs, by the oldest and the newest of what applications compile them with.
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { effort } from './helpers/effort.js'
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
 * TypeScript 6 and gone in TypeScript 7.
 */
const compilers = {
  'TypeScript 5.9': ['typescript59', ['node16', 'bundler', 'node10'], {}],
  'TypeScript 6': ['typescript6', ['node10'], { ignoreDeprecations: '6.0' }],
  'TypeScript 7': ['typescript', ['node16', 'nodenext', 'bundler'], {}],
} as const

/** A whole run tries the oldest compiler with the oldest declarations, and the newest with the newest. */
const isTried = (compiler: string, age: string) =>
  effort === 'nightly' || (age === 'the oldest' ? compiler === 'TypeScript 5.9' : compiler === 'TypeScript 7')

/** The lower bound of `engines`, and whatever is newest. */
const typesOfNode = { 'the oldest': '@types/node@20.19.0', 'the newest': '@types/node' } as const

const folder = await emptyFolder()
const tarballs = await packed(join(folder, 'packages'))

t.jobs = 2
for (const [age, types] of Object.entries(typesOfNode)) {
  const project = await emptyProject(join(folder, age.replace(' ', '-')))
  await npmInstall(
    [...libraries(tarballs), 'fastify', 'express', '@types/express@5', types],
    tarballs,
    project,
  )
  await cp(fileURLToPath(new URL('./install', import.meta.url)), project, { recursive: true })
  for (const [compiler, [name, known, more]] of Object.entries(compilers)) {
    if (!isTried(compiler, age)) {
      continue
    }
    t.test(`R41: ${compiler} with ${age} @types/node`, { buffered: true }, async t => {
      const configs = await Promise.all(known.map(each => writeConfig(project, name, each, more)))
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
