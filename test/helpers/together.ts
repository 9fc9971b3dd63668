import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

/**
 * Runs the test files of a folder in this process, one after the other: each alone would load the same libraries again,
 * which takes longer than its tests do. Those that test/alone.json names run beside them, in processes of their own: they
 * wait, or take long.
 *
 * @param index URL of the file in the folder that calls it
 */
export async function together(index: string): Promise<void> {
  const folder = relative(fileURLToPath(new URL('../..', import.meta.url)), dirname(fileURLToPath(index)))
  const names = readdirSync(new URL('.', index)).filter(name => name.endsWith('.test.ts'))
  const alone = allAlone().flatMap(file => (dirname(file) === folder ? [basename(file)] : []))
  const missing = alone.filter(name => !names.includes(name))
  if (missing.length > 0) {
    throw new Error(`test/alone.json names what ${folder} does not have: ${missing}`)
  }
  // tap would begin with the first file while the others are still read and compiled, which holds up all that it waits for.
  const { begin, loaded } = gate()
  void t.test('all files are loaded', () => loaded)
  for (const name of names.filter(name => !alone.includes(name))) {
    await import(new URL(name, index).href)
  }
  begin()
}

function allAlone(): string[] {
  return JSON.parse(readFileSync(new URL('../alone.json', import.meta.url), 'utf8'))
}

function gate(): { begin: () => void; loaded: Promise<void> } {
  let begin = () => {}
  const loaded = new Promise<void>(resolve => {
    begin = resolve
  })
  return { begin, loaded }
}
