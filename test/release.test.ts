// What a release refuses, prints and publishes: `pnpm release` in a small workspace, with an npm that only notes its calls.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { json, repository, run } from './helpers/packed.js'
import { address, workspaces } from './helpers/release.js'

const workspace = await workspaces()

t.test('a dry run prints what would be published and what is in the way, and publishes nothing', async t => {
  const own = await workspace()
  await own.change('packages/core/package.json', `git+${address}`, 'git+https://placeholder.invalid/ours')
  const printed = await own.release('--dry-run')
  t.ok(await own.isBuilt())
  const steps = printed.split('\n').map(line => line.replace(/ [\d.]+ s$/, ''))
  for (const step of [
    'build',
    'lint',
    'pack',
    'publint @ours/core',
    'attw @ours/adapter',
    'attw create-ours',
  ]) {
    t.ok(steps.includes(step), step)
  }
  const published = [...printed.matchAll(/^ {2}(\S+@\S+) .* (\S+)$/gm)].map(([, name, file]) => [name, file])
  t.same(published, [
    ['@ours/core@1.2.3', '.cache/release/ours-core-1.2.3.tgz'],
    ['@ours/adapter@1.2.3', '.cache/release/ours-adapter-1.2.3.tgz'],
    ['create-ours@1.2.3', '.cache/release/create-ours-1.2.3.tgz'],
  ])
  const tarballs = await readdir(join(own.root, '.cache/release'))
  t.same(tarballs.sort(), ['create-ours-1.2.3.tgz', 'ours-adapter-1.2.3.tgz', 'ours-core-1.2.3.tgz'])
  const starter = join(own.root, '.cache/release/create-ours-1.2.3.tgz')
  t.match(await run('tar', ['-tzf', starter], own.root), 'package/made\n', 'what prepack makes is packed')
  for (const part of ['dist-tag latest', 'v1.2.3', '- The first of its kind.']) {
    t.ok(printed.includes(part), part)
  }
  t.match(printed, /- packages\/core\/package\.json:7 "repository" is a placeholder/)
  t.same(await own.calls(), [], 'npm is not called')
  t.equal(await own.git('tag'), '', 'the commit is not tagged')
})

t.test('publishing is refused, before anything is built, while', async t => {
  const manifest = 'packages/core/package.json'
  const git = `git+${address}.git`
  const cases: Record<string, readonly [file: string, from: string, to: string, complaint: RegExp]> = {
    'the repository is a placeholder': [
      manifest,
      git,
      'git+https://placeholder.invalid/ours.git',
      /core\/package\.json:7 "repository" is a placeholder/,
    ],
    'the address for bugs is a placeholder': [
      manifest,
      `${address}/issues`,
      'https://placeholder.invalid/ours/issues',
      /core\/package\.json:12 "bugs" is a placeholder/,
    ],
    'the homepage is a placeholder': [
      manifest,
      `${address}#readme`,
      'https://placeholder.invalid/ours#readme',
      /core\/package\.json:6 "homepage" is a placeholder/,
    ],
    'an address is missing': [manifest, '"homepage"', '"page"', /core\/package\.json has no "homepage"/],
    'the repository names the folder of another package': [
      manifest,
      'packages/core',
      'packages/adapter',
      /core\/package\.json "repository" has the directory packages\/adapter/,
    ],
    'the issue forms have a placeholder': [
      '.github/config.yml',
      address,
      'https://placeholder.invalid/ours',
      /\.github\/config\.yml:1 is a placeholder/,
    ],
    'packages have different versions': [
      'packages/adapter/package.json',
      '1.2.3',
      '1.2.4',
      /adapter\/package\.json: version is 1\.2\.4, but 1\.2\.3 in packages\/core/,
    ],
    'an example asks for another version': [
      'examples/app/package.json',
      '^1.2.3',
      '^1.1.0',
      /app\/package\.json:5 asks for @ours\/core \^1\.1\.0/,
    ],
    'the version has no section in the changelog': [
      'CHANGELOG.md',
      '## [1.2.3]',
      '## [1.2.2]',
      /has no section ## \[1\.2\.3\]/,
    ],
    'the section of the version is empty': [
      'CHANGELOG.md',
      '- The first of its kind.',
      '',
      /CHANGELOG\.md:5 the section of 1\.2\.3 is empty/,
    ],
    'the changelog has unreleased entries': [
      'CHANGELOG.md',
      '[Unreleased]\n',
      '[Unreleased]\n\n- More.\n',
      /CHANGELOG\.md:3 \[Unreleased\] has entries/,
    ],
  }
  const own = await workspace()
  for (const [name, [file, from, to, complaint]] of Object.entries(cases)) {
    await own.change(file, from, to)
    await t.rejects(own.release('--publish'), { message: complaint }, name)
    await own.git('checkout', '--quiet', '.')
  }
  await own.change('lint.mjs', '', '// a change\n')
  await t.rejects(
    own.release('--publish'),
    { message: /Not everything is committed:\n +M lint\.mjs/ },
    'a file is not committed',
  )
  await own.git('tag', 'v1.2.3')
  await own.commit()
  await t.rejects(
    own.release('--publish'),
    { message: /tag v1\.2\.3 belongs to another commit/ },
    'the version was released',
  )
  t.notOk(await own.isBuilt())
  t.same(await own.calls(), [], 'npm is not called')
})

t.test('a release stops when a check fails', async t => {
  const own = await workspace()
  await own.change('lint.mjs', '', 'console.log("line 7 is ugly"); process.exitCode = 1\n')
  await own.commit()
  await t.rejects(own.release('--publish'), { message: /line 7 is ugly/ }, 'of the sources')
  await own.change('lint.mjs', 'process.exitCode = 1', '')
  await own.change('packages/core/package.json', './index.d.ts', './types.d.ts')
  await own.commit()
  await t.rejects(
    own.release('--publish'),
    { message: /types\.d\.ts[\s\S]*publint @ours\/core: failed/ },
    'of a tarball',
  )
  t.same(await own.calls(), [], 'npm is not called')
})

t.test('publishing tags the commit, and publishes each package after those that it needs', async t => {
  const own = await workspace()
  await own.passLinters()
  await own.release('--publish')
  const tarball = (name: string): string => join(own.root, `.cache/release/${name}-1.2.3.tgz`)
  t.same(
    (await own.calls()).filter(call => call.startsWith('publish')),
    ['ours-core', 'ours-adapter', 'create-ours'].map(
      name => `publish ${tarball(name)} --access public --tag latest`,
    ),
  )
  t.equal(await own.git('rev-parse', 'v1.2.3^{commit}'), await own.git('rev-parse', 'HEAD'))
  const { dependencies } = JSON.parse(
    await run('tar', ['-xzOf', tarball('ours-adapter'), 'package/package.json'], own.root),
  )
  t.same(dependencies, { '@ours/core': '^1.2.3' }, 'what is published names versions, not the workspace')
})

t.test('a prerelease gets the dist-tag next; what is published already is left out', async t => {
  const own = await workspace(['@ours/core@2.0.0-rc.1', 'create-ours@2.0.0-rc.1'])
  await own.passLinters()
  await own.change('CHANGELOG.md', '[Unreleased]\n', '[Unreleased]\n\n- Another kind.\n')
  await own.release('--version', '2.0.0-rc.1')
  const changelog = await readFile(join(own.root, 'CHANGELOG.md'), 'utf8')
  t.match(changelog, /\[Unreleased\]\n\n## \[2\.0\.0-rc\.1\] - \d{4}-\d\d-\d\d\n\n- Another kind\.\n/)
  await own.commit()
  // As after a publication that broke off.
  await own.git('tag', 'v2.0.0-rc.1')
  await own.release('--publish')
  const published = (await own.calls()).filter(call => call.startsWith('publish'))
  t.equal(published.length, 1)
  t.match(published[0], /ours-adapter-2\.0\.0-rc\.1\.tgz --access public --tag next$/)
})

t.test('without one mode nothing happens', async t => {
  const own = await workspace()
  for (const args of [
    [],
    ['--dry-run', '--publish'],
    ['--dry'],
    ['--version', '1.2'],
    ['--version', '1.2.3'],
  ]) {
    await t.rejects(own.release(...args), args.join(' '))
  }
  t.notOk(await own.isBuilt())
  t.same(await own.calls(), [])
})

t.test(
  'every package of ours says where its source, its issues and its page are, with one address',
  async t => {
    for (const name of await readdir(join(repository, 'packages'))) {
      const {
        repository: source,
        bugs,
        homepage,
      } = await json(join(repository, 'packages', name, 'package.json'))
      const base = homepage.replace(/#.*/, '')
      t.same(source, { type: 'git', url: `git+${base}.git`, directory: `packages/${name}` }, name)
      t.equal(bugs.url, `${base}/issues`, name)
    }
  },
)
