// Makes sure that a real Redis (or Valkey) server, and Chromium, are on this machine, for the tests.
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { pathToFileURL } from 'node:url'

const runs = (command, ...args) => spawnSync(command, args, { stdio: 'ignore', timeout: 20_000 }).status === 0

const found = names => names.some(name => name && runs(name, '--version'))

const needs = [
  {
    name: 'redis-server',
    commands: [process.env.REDIS_SERVER, 'redis-server', 'valkey-server'],
    help:
      'Redis 6.2 or newer, or Valkey. Install one (`apt-get install redis-server`, `brew install redis`), ' +
      'or set REDIS_SERVER to its path.',
  },
  {
    name: 'chromium',
    // As in test/helpers/browser.ts.
    commands: [
      process.env.CHROMIUM_PATH,
      '/usr/bin/chromium',
      '/usr/bin/chromium-browser',
      '/usr/bin/google-chrome',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
    help: 'Chromium or Chrome. Install one (`apt-get install chromium`), or set CHROMIUM_PATH to its path.',
  },
]

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
export function ensureTools(names = needs.map(({ name }) => name)) {
  for (const { name, commands, help } of needs.filter(({ name }) => names.includes(name))) {
    if (!found(commands) && !(aptInstall(name) && found(commands))) {
      throw new Error(`The tests need ${help}`)
    }
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
