// Whose code an application installs with our packages, and by which licences: `node scripts/licences.mjs` writes
// THIRD-PARTY.md; with --check it fails where that is out of date. It fails for a licence that nobody has looked at.
import { readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** All of them allow use in closed source, and ask for no more than their text. */
const allowed = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT']

const root = fileURLToPath(new URL('..', import.meta.url))
const file = join(root, 'THIRD-PARTY.md')

/** By name and range, so that it changes with what we or they ask for, not with every release of theirs. */
const rows = new Map()
const seen = new Set()
for (const name of readdirSync(join(root, 'packages')).sort()) {
  visit(join(root, 'packages', name))
}

const refused = [...rows.values()].filter(({ licence }) => !allowed.includes(licence))
for (const { name, licence, users } of refused) {
  console.error(
    `${name}, of ${[...users].join(', ')}, has the licence ${licence}: not one of ${allowed.join(', ')}`,
  )
}
if (refused.length > 0) {
  process.exitCode = 1
} else if (!process.argv.includes('--check')) {
  writeFileSync(file, text())
} else if (readFileSync(file, 'utf8') !== text()) {
  console.error('THIRD-PARTY.md is out of date: run `node scripts/licences.mjs`')
  process.exitCode = 1
}

/** Notes what a package depends on, and goes on there. Peers are the application's own. */
function visit(folder) {
  if (seen.has(folder)) {
    return
  }
  seen.add(folder)
  const { name: user, dependencies = {}, optionalDependencies = {} } = manifest(folder)
  for (const [name, range] of Object.entries({ ...dependencies, ...optionalDependencies })) {
    const found = installed(name, folder)
    const { license } = manifest(found)
    if (!name.startsWith('@tokenratchet/')) {
      const asked = range === 'catalog:' ? catalog(name) : range
      const row = rows.get(`${name} ${asked}`) ?? {
        name,
        asked,
        licence: license ?? 'unknown',
        users: new Set(),
      }
      row.users.add(user)
      rows.set(`${name} ${asked}`, row)
    }
    visit(found)
  }
}

function manifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** Where a package has its dependency: in a folder beside it, or in one above. */
function installed(name, folder) {
  for (let above = folder; ; above = dirname(above)) {
    try {
      return realpathSync(join(above, 'node_modules', name))
    } catch (error) {
      if (error.code !== 'ENOENT' || above === dirname(above)) {
        throw error
      }
    }
  }
}

/** The range that pnpm puts in the place of `catalog:`. */
function catalog(name) {
  const workspace = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')
  const lines = workspace.split('\n').map(line => /^ {2}"?([^":]+)"?: (.+)$/.exec(line))
  return lines.find(match => match?.[1] === name)[2]
}

function text() {
  const sorted = [...rows.values()].sort((a, b) => (`${a.name} ${a.asked}` < `${b.name} ${b.asked}` ? -1 : 1))
  const lines = sorted.map(
    ({ name, asked, licence, users }) =>
      `| ${name} | ${asked.replaceAll('|', '\\|')} | ${licence} | ${[...users].sort().join(', ')} |`,
  )
  return `# What comes with the packages

What npm installs with them: name, range, licence, and what asks for it. Frameworks, Redis clients and @fastify/jwt are
the application's own. Written by \`node scripts/licences.mjs\`, which refuses licences other than
${allowed.join(', ')}.

| package | range | licence | of |
|---|---|---|---|
${lines.join('\n')}
`
}
