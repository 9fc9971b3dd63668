// That what the documents say is so: every code block, every table of names, every link.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { type Block, blocksOf, compileBlocks, documents, placeOf, wrongGiven } from './helpers/docs.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const texts = await documents()
const blocks = [...texts].flatMap(([file, text]) => blocksOf(file, text))
const of = (...languages: string[]) => blocks.filter(({ language }) => languages.includes(language))

/** What is wrong with them, by the place of each. */
const complaints = (checked: readonly Block[], check: (block: Block) => string[]): string[] =>
  checked.flatMap(block => check(block).map(complaint => `${placeOf(block)} ${complaint}`))

t.test('every block has a language that is checked, and is given what it uses', async t => {
  const checked = ['js', 'ts', 'sh', 'json', 'html', 'nginx', 'redis']
  const isChecked = ({ language, from }: Block): boolean =>
    checked.includes(language) || (language === 'text' && from !== undefined && existsSync(join(root, from)))
  t.same(blocks.filter(block => !isChecked(block)).map(placeOf), [])
  t.same(complaints(blocks, wrongGiven), [])
  t.ok(blocks.length >= 35, `${blocks.length} blocks`)
})

t.test('JavaScript and TypeScript compile', async t => {
  t.same(await compileBlocks(of('js', 'ts')), [])
})

t.test('JSON is JSON', async t => {
  for (const { code } of of('json')) {
    t.doesNotThrow(() => JSON.parse(code))
  }
})

t.test('commands are there, and curl lines are run by docs-run.test.ts', async t => {
  const { scripts } = JSON.parse(read('package.json'))
  const pnpm = /pnpm@[\d.]+/.exec(read('.ci/run'))?.[0]
  const packages = [...texts.keys()].filter(file => file.startsWith('packages/'))
  const own = packages.map(file => `@tokenratchet/${file.split('/')[1]}`)
  const catalog = [...read('pnpm-workspace.yaml').matchAll(/^ {2}"?([@\w/-]+)"?: /gm)].map(([, name]) => name)
  t.same(
    complaints(of('sh'), ({ code }) =>
      code.split('\n').flatMap(line => {
        const [program, ...rest] = line.replace(/(^|\s)#.*$/, '').match(/\S+/g) ?? []
        const names = rest.filter(word => !word.startsWith('-'))
        if (program === undefined || program === 'curl') {
          return []
        }
        if (program === 'npx' && names[0] === pnpm) {
          return names[1] !== undefined && (names[1] in scripts || names[1] === 'install') ? [] : [line]
        }
        if (program === 'node') {
          return existsSync(join(root, names[0] ?? '')) ? [] : [line]
        }
        const known = [...own, ...catalog]
        return program === 'npm' && names[0] === 'install'
          ? names.slice(1).filter(name => !known.includes(name))
          : [line]
      }),
    ),
    [],
  )
  for (const { code } of of('sh')) {
    t.equal(spawnSync('bash', ['-n'], { input: code }).status, 0)
  }
})

t.test('scripts of a page import what is there', async t => {
  for (const { code } of of('html')) {
    const [, names = '', path = ''] = /import \{ (.*) \} from '\/node_modules\/(.*)'/.exec(code) ?? []
    const module = await import(path.replace(/\/dist\/index\.js$/, ''))
    t.ok(existsSync(join(root, 'test/node_modules', path)), path)
    t.same(
      names.split(', ').filter(name => !(name in module)),
      [],
    )
  }
})

t.test('nginx could read it: blocks, and directives that end', t => {
  for (const { code } of of('nginx')) {
    let left = code.replace(/#.*$/gm, '')
    for (let before = ''; before !== left; ) {
      before = left
      // The innermost first.
      left = left.replace(/[a-z_]+[^;{}]*\{(\s*[a-z_]+( +("[^"]*"|[^\s;{}"]+))*;)*\s*\}/g, 'block;')
    }
    t.match(left.trim(), /^(block;\s*)+$/)
  }
  t.end()
})

t.test('every link within the repository leads somewhere', async t => {
  const anchors = (text: string): Set<string> =>
    new Set(
      [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
        heading
          .toLowerCase()
          .replace(/[^\p{L}\p{N} _-]/gu, '')
          .replaceAll(' ', '-'),
      ),
    )
  const dead = [...texts].flatMap(([file, text]) =>
    [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
      if (/^https?:/.test(target)) {
        return []
      }
      const [path = '', anchor] = target.split('#')
      const linked = path === '' ? file : join(dirname(file), path)
      const isThere = existsSync(join(root, linked))
      const isDead = !isThere || (anchor !== undefined && !anchors(read(linked)).has(anchor))
      return isDead ? [`${file}: ${target}`] : []
    }),
  )
  t.same(dead, [])
})
