// What is published: what the linters of packages say of it, and what is in it.
import { access, mkdir, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { templates } from 'create-tokenratchet'
import t from 'tap'
import { emptyFolder, json, packed, repository, run } from './helpers/packed.js'

const folder = await emptyFolder()
const tarballs = await packed(join(folder, 'packages'))
const manifests = await Promise.all(
  (await readdir(join(repository, 'packages'))).map(name =>
    json(join(repository, 'packages', name, 'package.json')),
  ),
)

t.test('every package is packed', async t => {
  t.same([...tarballs.keys()].sort(), manifests.map(({ name }) => name).sort())
})

t.jobs = 2
for (const { name } of manifests) {
  const tarball = tarballs.get(name) ?? ''

  t.test(`${name}: publint and attw find nothing`, { buffered: true }, async t => {
    await t.resolves(tool('publint', [tarball, '--strict']))
    await t.resolves(tool('attw', [tarball, '--profile', 'esm-only']))
  })

  t.test(`${name}: the tarball has what it needs, and nothing else`, { buffered: true }, async t => {
    const unpacked = join(folder, name)
    await mkdir(unpacked, { recursive: true })
    await run('tar', ['-xzf', tarball, '--strip-components=1'], unpacked)
    const entries = await readdir(unpacked, { recursive: true, withFileTypes: true })
    const files = entries
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name).slice(unpacked.length + 1))
    const isTemplate = (file: string): boolean =>
      name === 'create-tokenratchet' && file.startsWith('templates/') && !/node_modules|\/dist\//.test(file)
    const expected = /^(LICENSE|README\.md|package\.json|dist\/.*\.(js|d\.ts)(\.map)?|src\/.*\.ts)$/
    t.same(
      files.filter(
        file => !(isTemplate(file) || (expected.test(file) && !/\.test\.|(^|\/)test\//.test(file))),
      ),
      [],
    )
    const own = name === 'create-tokenratchet' ? templates.map(each => `templates/${each}/gitignore`) : []
    for (const file of ['LICENSE', 'README.md', ...own]) {
      t.ok(files.includes(file), file)
    }
    const maps = files.filter(file => file.endsWith('.map'))
    t.not(maps.length, 0)
    for (const map of maps) {
      const { sources } = await json(join(unpacked, map))
      for (const source of sources) {
        const path = join(unpacked, dirname(map), source)
        await t.resolves(access(path), `${map}: ${source} is there too`)
      }
    }
    const { dependencies = {}, license, sideEffects } = await json(join(unpacked, 'package.json'))
    t.strictSame({ license, sideEffects }, { license: 'MIT', sideEffects: false })
    t.same(
      Object.entries<string>(dependencies).filter(([, range]) => !/^\^\d+\.\d+\.\d+$/.test(range)),
      [],
      'dependencies are real ranges, not those of the workspace',
    )
  })
}

/** Runs a command that this workspace has. */
function tool(command: string, args: readonly string[]): Promise<string> {
  return run(join(repository, 'test/node_modules/.bin', command), args, folder)
}
