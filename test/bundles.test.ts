// Applications in one file, as bundlers make it, where no folder above has packages that could be found. The settings of
// the bundlers are those that docs/guides/operations.md has.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { some } from './helpers/effort.js'
import { emptyFolder, run } from './helpers/packed.js'

/** What each application prints when its guards refuse nobody and take the token of a refresh. */
const apps = { fastify: '401 ada 401 ada\n', express: '401 ada\n' } as const

const folder = await emptyFolder()
const pathOf = (file: string): string => fileURLToPath(new URL(`./bundles/${file}.mjs`, import.meta.url))

t.jobs = 2
for (const [index, bundler] of ['rollup', 'webpack', 'esbuild'].entries()) {
  // A whole run has each bundler once, in turn with one application and the other.
  const inTurn = index % 2 === 0 ? Object.entries(apps) : Object.entries(apps).reverse()
  for (const [app, expected] of some(inTurn, 1)) {
    const what = `R41: ${app}, bundled by ${bundler}, logs in, guards and refreshes`
    t.test(what, { buffered: true }, async t => {
      const alone = join(folder, `${bundler}-${app}`)
      await mkdir(alone)
      const bundles = ['cjs', 'mjs'].map(format => join(alone, `app.${format}`))
      await run(process.execPath, [pathOf(bundler), pathOf(`apps/${app}`), ...bundles], alone)
      for (const bundle of bundles) {
        t.equal(await run(process.execPath, [bundle], alone), expected, bundle.slice(-3))
      }
    })
  }
}
