// That what the documents say is so: every code block, every table of names, every link.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import {
  type Block,
  blocksOf,
  commandsOf,
  compileBlocks,
  documents,
  placeOf,
  wrongGiven,
} from './helpers/docs.js'
import { namesIn, tableOf } from './helpers/marks.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const texts = await documents()
const examples = [...texts.keys()].filter(file => file.startsWith('examples/')).map(file => dirname(file))
const blocks = [...texts].flatMap(([file, text]) => blocksOf(file, text))
const of = (...languages: string[]) => blocks.filter(({ language }) => languages.includes(language))

/** What is wrong with them, by the place of each. */
const complaints = (checked: readonly Block[], check: (block: Block) => string[]): string[] =>
  checked.flatMap(block => check(block).map(complaint => `${placeOf(block)} ${complaint}`))

/** What a pattern's first group finds outside of code blocks, and where. */
const inProse = (pattern: RegExp): { file: string; place: string; found: string }[] =>
  [...texts].flatMap(([file, text]) => {
    const prose = text.replace(/^```[\s\S]*?^```/gm, block => block.replace(/.+/g, ''))
    return [...prose.matchAll(pattern)].map(({ index, 1: found = '' }) => ({
      file,
      place: `${file}:${prose.slice(0, index).split('\n').length}`,
      found,
    }))
  })

t.test('every block has a language that is checked, and is given what it uses', async t => {
  const checked = ['js', 'ts', 'sh', 'json', 'html', 'nginx', 'redis', 'promql']
  const isChecked = ({ language, from }: Block): boolean =>
    checked.includes(language) || (language === 'text' && from !== undefined && existsSync(join(root, from)))
  t.same(blocks.filter(block => !isChecked(block)).map(placeOf), [])
  t.same(complaints(blocks, wrongGiven), [])
  const fences = [...texts.values()].flatMap(text => text.match(/^\s*```/gm) ?? [])
  t.equal(blocks.length, fences.length / 2, 'every fence begins a block or ends one')
})

t.test('JavaScript and TypeScript compile', async t => {
  t.same(await compileBlocks(of('js', 'ts')), [])
})

t.test('JSON is JSON', async t => {
  for (const block of of('json')) {
    t.doesNotThrow(() => JSON.parse(block.code), placeOf(block))
  }
})

t.test('commands are there, with what they name; those with curl are run by docs-run.test.ts', async t => {
  const scriptsOf = (folder: string): object => JSON.parse(read(join(folder, 'package.json'))).scripts ?? {}
  const pnpm = /pnpm@[\d.]+/.exec(read('.ci/run'))?.[0] ?? ''
  const own = [...texts.keys()].flatMap(file => /^packages\/(\w+)/.exec(file)?.[1] ?? [])
  const catalog = [...read('pnpm-workspace.yaml').matchAll(/^ {2}"?([@\w/-]+)"?: /gm)].map(([, name]) => name)
  const known = [...own.map(name => `@tokenratchet/${name}`), ...catalog]
  // Of a reader whose app is beside this repository.
  const [, packedTo = ''] = /--pack-destination (\S+)/.exec(read('package.json')) ?? []
  const tarballs = `../tokenratchet/${packedTo.replace(/".*/, '')}/tokenratchet-*.tgz`
  const variables = examples.flatMap(folder =>
    existsSync(join(root, folder, '.env.example'))
      ? [...read(`${folder}/.env.example`).matchAll(/^(\w+)=/gm)].map(([, name]) => name)
      : [],
  )

  /** Whether it could be run in this folder. */
  const isThere = (words: readonly string[], folder: string): boolean => {
    const [program, ...rest] = words
    const [first = '', second = '', ...more] = rest.filter(word => !word.startsWith('-'))
    const isScript = (name: string, at: string): boolean => name === 'install' || name in scriptsOf(at)
    const isFile = (path: string): boolean => existsSync(join(root, path))
    switch (program) {
      case undefined:
        return true
      case 'npx':
        return first === pnpm && isScript(second, '')
      case 'pnpm':
        // Alone, or with the folder of a copy, a file of tests or a part of the bench.
        return (
          isScript(first, '') &&
          (second === '' || first === 'new' || isFile(second) || isFile(`bench/parts/${second}.mjs`))
        )
      case 'npm':
        return first === 'run'
          ? second in scriptsOf(folder)
          : first === 'install' && second !== ''
            ? [second, ...more].every(name => known.includes(name) || name === tarballs)
            : ['init', 'login', 'deprecate', 'create'].includes(first) || isScript(first, folder)
      case 'node': {
        // Of the reader; or built, by the file of the same name.
        const source = first.replace(/^dist\/(.*)\.js$/, 'src/$1.ts')
        return first === 'app.mjs' || isFile(source) || isFile(join(folder, source))
      }
      case 'cd':
        return isFile(join(folder, first))
      case 'docker':
        return first === 'compose' && isFile(join(folder, 'docker-compose.yml'))
      case 'openssl':
        return spawnSync(program, rest).status === 0
      default:
        return false
    }
  }
  const wrong = (file: string, script: string): string[] => {
    const folder = dirname(file)
    const isVariable = (name: string): boolean =>
      variables.includes(name) || texts.get(file)?.includes(`process.env.${name}`) === true
    return commandsOf(script).flatMap(({ words, variables }) => [
      ...(isThere(words, folder) ? [] : [words.join(' ')]),
      ...variables.filter(name => !isVariable(name)),
    ])
  }
  const scripts = of('sh')
  const unrun = scripts.filter(({ code }) => !/\bcurl /.test(code))
  t.same(
    complaints(unrun, ({ file, code }) => wrong(file, code)),
    [],
  )
  for (const { code } of scripts) {
    t.equal(spawnSync('bash', ['-n'], { input: code }).status, 0)
  }
  const inline = inProse(/`((?:npm|npx|pnpm|node|openssl) [^`]+)`/g)
  t.not(inline.length, 0)
  t.same(
    inline.flatMap(({ file, place, found }) => wrong(file, found).map(complaint => `${place} ${complaint}`)),
    [],
  )
})

t.test('alerts ask for what the demo counts', async t => {
  const events = namesIn(tableOf(texts, 'events')).map(({ name }) => name)
  for (const { code } of of('promql')) {
    const [, metric = '', types = ''] = /(\w+)\{type=~"([\w|]+)"\}/.exec(code) ?? []
    t.ok(read('examples/demo/src/metrics.ts').includes(`name: '${metric}'`), metric)
    t.same(
      types.split('|').filter(type => !events.includes(type)),
      [],
    )
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
  const dead = inProse(/\]\(([^)\s]+)\)/g).filter(({ file, found }) => {
    const [path = '', anchor] = found.split('#')
    const linked = path === '' ? file : join(dirname(file), path)
    const isThere = (): boolean => existsSync(join(root, linked))
    const hasAnchor = (): boolean => anchor === undefined || anchors(read(linked)).has(anchor)
    return !/^https?:/.test(found) && !(isThere() && hasAnchor())
  })
  t.same(
    dead.map(({ place, found }) => `${place} ${found}`),
    [],
  )
})
