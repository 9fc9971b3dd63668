// The bench, as a smoke run: that every contestant does its work and is measured. Figures are for a machine at rest.
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { some } from './helpers/effort.js'
import { goalsIn } from './helpers/marks.js'

const bench = (name: string): string => fileURLToPath(new URL(`../bench/${name}`, import.meta.url))
const results = bench('RESULTS.md')
const before = await readFile(results, 'utf8')
/** A whole run takes the two parts that use all that the bench is made of: several processes, Redis, HTTP and the core. */
const parts = some(['verbs', 'refresh', 'memory', 'boot', 'guard', 'scale'], 2)
// Contestants that refuse what they should take, or take what they should refuse, end it with an error.
const charts = t.testdir()
const args = [bench('main.mjs'), '--smoke', '--charts', charts, ...parts]
const { stdout } = await promisify(execFile)(process.execPath, args)

/** The titles of each part: its own first, then those of its sections. */
function titles(markdown: string): string[][] {
  const sections = markdown.split(/^(?=## )/m).filter(section => section.startsWith('## '))
  const withoutCounts = (title: string): string => title.replace(/\d[\d,]*/, 'N')
  return sections.map(section => (section.match(/^##+ .*$/gm) ?? []).map(withoutCounts))
}

t.test('a smoke run measures all that RESULTS.md shows', async t => {
  const measured = titles(stdout)
  const shown = titles(before).filter(([title]) => measured.some(([other]) => other === title))
  t.equal(shown.length, parts.length)
  t.strictSame(measured.sort(), shown.sort())
  t.notMatch(stdout, /NaN|undefined|Infinity/)
})

t.test('it draws the charts that the results show', async t => {
  const shown = [...stdout.matchAll(/\(charts\/([\w-]+\.svg)\)/g)].map(([, name = '']) => name)
  t.strictSame(shown.toSorted(), (await readdir(charts)).toSorted())
  t.equal(shown.length, parts.includes('memory') ? 3 : 0)
  for (const name of shown) {
    const svg = await readFile(join(charts, name), 'utf8')
    t.match(svg, /^<svg .*prefers-color-scheme: dark.*<text .*<\/svg>\n$/s, name)
    t.notMatch(svg, /NaN|undefined|Infinity/, name)
  }
})

t.test('R8: nothing that is refused there has asked the store', async t => {
  const asking = goalsIn('the smoke run', stdout).filter(
    ({ cells: [goal] }) => goal === 'calls of the store by all that is refused',
  )
  t.same(
    asking.map(({ cells: [, bound, here] }) => [bound, here]),
    [['≤ 0', '0']],
  )
})

t.test('it writes no results', async t => {
  t.equal(await readFile(results, 'utf8'), before)
})
