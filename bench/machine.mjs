import { createRequire } from 'node:module'
import { cpus, release, totalmem, type } from 'node:os'
import process from 'node:process'
import manifest from './package.json' with { type: 'json' }

export function machine(redis) {
  const [{ model }] = cpus()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  return `${model}, ${cpus().length} cores, ${memory}, ${type()} ${release()}, Node.js ${process.version}, Redis ${redis}`
}

export function versions() {
  return Object.keys(manifest.dependencies)
    .map(name => `${name} ${versionOf(name)}`)
    .join(', ')
}

/** Some don't export their manifest. */
function versionOf(name) {
  const require = createRequire(import.meta.url)
  for (const folder of require.resolve.paths(name)) {
    try {
      return require(`${folder}/${name}/package.json`).version
    } catch {}
  }
  return 'unknown'
}
