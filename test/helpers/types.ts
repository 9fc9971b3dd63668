// What applications are told by the types, by the compilers that they use.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { effort } from './effort.js'

/** The files of an application. A comment at the end of a line announces the error that a compiler must find there. */
export type Program = Readonly<Record<string, string>>

/**
 * The older compiler takes ten times as long: a whole run compiles two of the programs with it, a nightly run all, and a
 * fast run none.
 */
const compilers = {
  'TypeScript 7': { name: 'typescript', programs: Number.POSITIVE_INFINITY },
  'TypeScript 5.9': {
    name: 'typescript59',
    programs: { fast: 0, whole: 2, nightly: Number.POSITIVE_INFINITY }[effort],
  },
}

const compilerOptions = {
  target: 'es2022',
  // Without what browsers have: half of what a compiler would read, and servers do not have it.
  lib: ['es2023'],
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  noEmit: true,
  types: ['node'],
}

interface Options {
  /** `import.meta.url` of the test: what its package can import, the programs can. */
  readonly of: string
  /** Programs in which libraries are checked too: two that declare one property differently err in a file of theirs. */
  readonly withLibraries: (what: string) => boolean
}

/** Tests programs, by what they show. Each is compiled alone, as augmentations are global to a program. */
export async function testTypes(
  programs: Readonly<Record<string, Program>>,
  { of, withLibraries }: Options,
): Promise<void> {
  const folder = await mkdtemp(fileURLToPath(new URL('.types-', of)))
  t.teardown(() => rm(folder, { recursive: true }))
  const projects = new Map(Object.keys(programs).map((what, index) => [what, `program-${index + 1}`]))
  for (const [what, project] of projects) {
    await writeProject(join(folder, project), programs[what] ?? {}, !withLibraries(what))
  }
  const found = await Promise.all(
    Object.entries(compilers).map(async ([compiler, { name, programs }]) => {
      const tsc = join(dirname(createRequire(of).resolve(`${name}/package.json`)), 'lib/tsc.js')
      const tried = [...projects.values()].slice(0, programs)
      return { compiler, tried, errors: tried.length > 0 ? await compile(tsc, folder, tried) : [] }
    }),
  )
  for (const [what, project] of projects) {
    t.test(what, async t => {
      for (const { compiler, errors } of found.filter(({ tried }) => tried.includes(project))) {
        const ofIt = errors.filter(error => error.startsWith(`${project}/`) || !/^program-/.test(error))
        t.same(ofIt, announced(project, programs[what] ?? {}), compiler)
      }
    })
  }
}

async function writeProject(folder: string, program: Program, skipLibCheck: boolean): Promise<void> {
  await mkdir(folder)
  for (const [file, source] of Object.entries(program)) {
    await writeFile(join(folder, file), source)
  }
  const config = { compilerOptions: { ...compilerOptions, skipLibCheck }, files: Object.keys(program) }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
}

/** The errors of all projects, as `project/file line: code`. One build reads the libraries that they share once. */
async function compile(tsc: string, folder: string, projects: readonly string[]): Promise<string[]> {
  const output = await new Promise<string>(resolve => {
    const build = [tsc, '--build', ...projects, '--pretty', 'false']
    execFile(process.execPath, build, { cwd: folder }, (_error, stdout, stderr) => resolve(stdout + stderr))
  })
  const lines = output.split('\n').filter(line => /^\S/.test(line))
  return lines.map(line => line.replace(/^(.*)\((\d+),\d+\): error (TS\d+): .*$/, '$1 $2: $3')).sort()
}

/** The errors that the comments of the sources announce, each in its line. */
function announced(project: string, program: Program): string[] {
  const lines = Object.entries(program).flatMap(([file, source]) =>
    source
      .split('\n')
      .map((line, index) => [`${project}/${file} ${index + 1}`, /\/\/ (TS\d+)$/.exec(line)?.[1]] as const),
  )
  return lines.flatMap(([where, code]) => (code === undefined ? [] : [`${where}: ${code}`])).sort()
}
