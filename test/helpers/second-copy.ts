// Another copy of @tokenratchet/core, as when an adapter and a store have each installed their own.
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import t from 'tap'

type Core = typeof import('@tokenratchet/core')
type CoreHttp = typeof import('@tokenratchet/core/http')

const core = fileURLToPath(new URL('../../packages/core', import.meta.url))

/** Its modules are evaluated once more, so that its classes are other classes. It is removed when the test ends. */
export async function secondCopy(): Promise<Core & CoreHttp> {
  const folder = await mkdtemp(join(tmpdir(), 'tokenratchet-copy-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'core'))
  await writeFile(join(folder, 'core/package.json'), JSON.stringify({ type: 'module' }))
  await cp(join(core, 'dist'), join(folder, 'core/dist'), { recursive: true })
  // The libraries that it depends on may be the same: two copies of ours is what this is about.
  await symlink(join(core, 'node_modules'), join(folder, 'core/node_modules'))
  const load = (file: string) => import(pathToFileURL(join(folder, 'core/dist', file)).href)
  return { ...(await load('index.js')), ...(await load('http/index.js')) }
}
