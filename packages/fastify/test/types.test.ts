// What applications are told by the types. Each case is a program of its own: augmentations are global to a program.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { programs } from './types-cases.js'

const require = createRequire(import.meta.url)
// What the command `tsc` imports: that has no extension, with which Node 20 runs no module under tap's loader.
const tsc = join(dirname(require.resolve('typescript/package.json')), 'lib/tsc.js')

// Beneath the package, so that imports are found as in an application that has it installed.
const folder = await mkdtemp(fileURLToPath(new URL('.types-', import.meta.url)))
t.teardown(() => rm(folder, { recursive: true }))

const compilerOptions = {
  target: 'es2022',
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  noEmit: true,
  types: ['node'],
}

/** The errors of a program, as `file line: code`. */
async function errorsOf(files: Record<string, string>, skipLibCheck: boolean): Promise<string[]> {
  const project = await mkdtemp(join(folder, 'program-'))
  for (const [file, source] of Object.entries(files)) {
    await writeFile(join(project, file), source)
  }
  const config = { compilerOptions: { ...compilerOptions, skipLibCheck }, files: Object.keys(files) }
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify(config))
  const output = await new Promise<string>(resolve => {
    execFile(process.execPath, [tsc, '-p', project, '--pretty', 'false'], (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    )
  })
  const lines = output.split('\n').filter(line => /^\S/.test(line))
  return lines.map(line => line.replace(/^.*?([\w.]+)\((\d+),\d+\): error (TS\d+): .*$/, '$1 $2: $3')).sort()
}

/** The errors that the comments of the sources announce, each in its line. */
function announced(files: Record<string, string>): string[] {
  const lines = Object.entries(files).flatMap(([file, source]) =>
    source
      .split('\n')
      .map((line, index) => [`${file} ${index + 1}`, /\/\/ (TS\d+)$/.exec(line)?.[1]] as const),
  )
  return lines.flatMap(([where, code]) => (code === undefined ? [] : [`${where}: ${code}`])).sort()
}

for (const [what, files] of Object.entries(programs)) {
  t.test(what, async t => {
    // Two libraries that declare one property differently are an error in a file of theirs.
    const skipLibCheck = !what.includes('@fastify/jwt')
    t.same(await errorsOf(files, skipLibCheck), announced(files))
  })
}
