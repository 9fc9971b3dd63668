// The examples as their readers take them away: copied to an empty folder, with the packages as they are published.
import { cp } from 'node:fs/promises'
import { basename, join } from 'node:path'
import t from 'tap'
import { examples, fileOf, resourceServers } from './helpers/example.js'
import { emptyFolder, json, npmInstall, packed, run } from './helpers/packed.js'

/** What is made from the rest, and a developer's own. */
const left = /^(node_modules|dist|\.env|.*\.(db|db-\w+|tsbuildinfo))$/

const folder = await emptyFolder()
const tarballs = await packed(join(folder, 'packages'))

t.jobs = 2
for (const example of [...examples, ...resourceServers]) {
  t.test(
    `${example}, copied out, installs, builds, starts and passes its test`,
    { buffered: true },
    async t => {
      const copy = join(folder, example)
      await cp(fileOf(example, ''), copy, { recursive: true, filter: source => !left.test(basename(source)) })
      const { dependencies } = await json(join(copy, 'package.json'))
      const ours = Object.keys(dependencies).filter(name => name.startsWith('@tokenratchet/'))
      await npmInstall(ours, tarballs, copy)
      const lock = (await json(join(copy, 'package-lock.json'))).packages
      for (const path of Object.keys(lock).filter(path => path.includes('@tokenratchet/'))) {
        t.match(lock[path].resolved, /^file:/, `${path} is ours, not the registry's`)
      }
      t.match(await run('npm', ['test'], copy), /\bpass [1-9]\d*\n.*\bfail 0\n/)
    },
  )
}
