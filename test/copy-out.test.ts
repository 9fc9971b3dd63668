// The examples as their readers take them away: copied to an empty folder, with the packages as they are published.
import { join } from 'node:path'
import { copyTemplate } from 'create-tokenratchet'
import t from 'tap'
import { effort } from './helpers/effort.js'
import { examples, fileOf, minimal, resourceServers } from './helpers/example.js'
import { emptyFolder, json, npmInstall, packed, run } from './helpers/packed.js'

const folder = await emptyFolder()
const tarballs = await packed(join(folder, 'packages'))

/** A whole run tries what neither test/new.test.ts nor the README's first steps have. */
const tried =
  effort === 'nightly'
    ? [...examples, ...resourceServers, ...minimal]
    : (['express', 'resource-server-jose'] as const)

t.jobs = 2
for (const example of tried) {
  t.test(
    `${example}, copied out, installs, builds, starts and passes its test`,
    { buffered: true },
    async t => {
      const copy = join(folder, example)
      copyTemplate(fileOf(example, ''), copy)
      const { dependencies } = await json(join(copy, 'package.json'))
      const ours = Object.keys(dependencies).filter(name => name.startsWith('@tokenratchet/'))
      // Published, core comes by itself.
      await npmInstall(ours.length > 0 ? [...new Set([...ours, '@tokenratchet/core'])] : [], tarballs, copy)
      const lock = (await json(join(copy, 'package-lock.json'))).packages
      for (const path of Object.keys(lock).filter(path => path.includes('@tokenratchet/'))) {
        t.match(lock[path].resolved, /^file:/, `${path} is ours, not the registry's`)
      }
      t.match(await run('npm', ['test'], copy), /\bpass [1-9]\d*\n.*\bfail 0\n/)
    },
  )
}
