import { readdirSync } from 'node:fs'
import t from 'tap'

/**
 * Runs the test files of a folder in this process, one after the other: each alone would load the same libraries again,
 * which takes longer than its tests do. `node scripts/test.mjs <file>` still runs one.
 *
 * @param folder URL of its index, which is left out
 * @param alone files that run in processes of their own, beside the others: they wait, or take long. They are in .taprc
 */
export async function together(index: string, alone: readonly string[] = []): Promise<void> {
  const files = readdirSync(new URL('.', index)).filter(name => name.endsWith('.test.ts'))
  const missing = alone.filter(name => !files.includes(name))
  if (missing.length > 0) {
    throw new Error(`Not there: ${missing}`)
  }
  // tap would begin with the first file while the others are still read and compiled, which holds up all that it waits for.
  const { begin, loaded } = gate()
  void t.test('all files are loaded', () => loaded)
  for (const file of files.filter(name => !alone.includes(name))) {
    await import(new URL(file, index).href)
  }
  begin()
}

function gate(): { begin: () => void; loaded: Promise<void> } {
  let begin = () => {}
  const loaded = new Promise<void>(resolve => {
    begin = resolve
  })
  return { begin, loaded }
}
