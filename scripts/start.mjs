// Builds and starts the demo: `pnpm start`, or `pnpm start:express`. Flags are those of examples/demo.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

await refuseTakenPort()
const isBuilt = existsSync(join(root, 'examples/demo/dist/server.js'))
console.log(
  isBuilt ? 'Building what has changed ...' : 'Building the packages (about 20 s the first time) ...',
)
build('packages/fastify', 'packages/express', 'packages/client')
build('examples/demo')
console.log('Starting the demo ...')
await import('../examples/demo/dist/server.js')

/** Before the build, so that nobody waits for it in vain. The demo itself says what is wrong with other ports. */
async function refuseTakenPort() {
  const { PORT = '', HOST = '' } = process.env
  const port = Number(PORT || 3000)
  const isTaken = await new Promise(resolve => {
    const probe = createServer()
      .once('error', ({ code }) => resolve(code === 'EADDRINUSE'))
      .once('listening', () => probe.close(() => resolve(false)))
    probe.listen(Number.isInteger(port) && port < 65536 ? port : 0, HOST || '127.0.0.1')
  })
  if (isTaken) {
    console.error(`Port ${port} is taken. Set PORT=${port + 1} or another free port.`)
    process.exit(1)
  }
}

/** What the compiler prints is shown. */
function build(...projects) {
  const manifest = join(root, 'node_modules/typescript/package.json')
  const compiler = join(manifest, '..', JSON.parse(readFileSync(manifest, 'utf8')).bin.tsc)
  const { status } = spawnSync(process.execPath, [compiler, '-b', ...projects], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) {
    console.error(`The build of ${projects.join(', ')} failed. The compiler says above what is wrong.`)
    process.exit(1)
  }
}
