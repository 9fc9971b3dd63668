// Which test files there are: those that run in processes of their own.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Those that take longest come first, so that none of them runs on alone at the end. Measured; the rest follows. */
const longest = [
  'test/browser/index.ts',
  'packages/redis/test/index.ts',
  'test/contract/index.ts',
  'packages/client/test/index.ts',
  'packages/core/test/index.ts',
  'test/bench.test.ts',
]

/** What a fast run leaves out: what installs packages, or starts examples, browsers or many processes and servers. */
const slow = [
  /^packages\/redis\/test\/(cluster-moves|dead-shard|failover)\.test\.ts$/,
  /^packages\/create-tokenratchet\//,
  /^test\/(bench|bundles|chaos|copy-out|docs-run|install|install-types|new|readme-start|release|tarballs)\.test\.ts$/,
  /^test\/(example|fleet)-/,
  /^test\/browser\//,
]

/** All test files, or those of a fast run. The files of these folders are one: test/helpers/together.ts. */
export function testFiles({ isFast }) {
  const indexes = [
    'test/browser',
    'test/contract',
    ...readdirSync(join(root, 'packages')).map(name => `packages/${name}/test`),
  ]
    .map(folder => `${folder}/index.ts`)
    .filter(file => existsSync(join(root, file)))
  const alone = JSON.parse(readFileSync(join(root, 'test/alone.json'), 'utf8'))
  const all = [...indexes, ...alone, ...testsIn('test')]
  const files = isFast ? all.filter(file => !slow.some(pattern => pattern.test(file))) : all
  const rank = file => (longest.includes(file) ? longest.indexOf(file) : longest.length)
  return files.sort((a, b) => rank(a) - rank(b))
}

/** The test files of a folder, without those of the folders in it. */
export function testsIn(folder) {
  return readdirSync(join(root, folder))
    .filter(name => name.endsWith('.test.ts'))
    .map(name => `${folder}/${name}`)
}

/** What coverage is measured by: the tests of the packages themselves, and what they promise together. */
export const isCovering = file => /^(packages|test\/contract)\//.test(file)
