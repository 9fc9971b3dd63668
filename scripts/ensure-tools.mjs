// Makes sure that a real Redis (or Valkey) server is on this machine, for the tests.
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { pathToFileURL } from 'node:url'

const runs = (command, ...args) => spawnSync(command, args, { stdio: 'ignore', timeout: 20_000 }).status === 0

const findRedis = () =>
  [process.env.REDIS_SERVER, 'redis-server', 'valkey-server'].some(name => name && runs(name, '--version'))

function aptInstall(name) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !runs('apt-get', '--version')) {
    return false
  }
  console.log(`${name} is not here: installing it with apt-get`)
  // RUNLEVEL=1 keeps the package from starting its own service on the usual port.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const apt = (...args) =>
    spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env,
    }).status === 0
  const install = () => apt('install', '-y', '--no-install-recommends', name)
  return install() || (apt('update') && install())
}

/** Installs what is missing where that is possible; throws a sentence that says what to do where it is not. */
export function ensureTools() {
  if (!findRedis() && !(aptInstall('redis-server') && findRedis())) {
    throw new Error(
      'The tests need Redis 6.2 or newer, or Valkey. Install one (`apt-get install redis-server`, ' +
        '`brew install redis`), or set REDIS_SERVER to its path.',
    )
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    ensureTools()
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}
