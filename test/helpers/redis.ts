// Real servers for tests: each test file starts its own, and they end with it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'

/** The first server on PATH, or what REDIS_SERVER names. */
export function redisBinary(): string {
  const names = [process.env['REDIS_SERVER'], 'redis-server', 'valkey-server']
  for (const name of names) {
    if (name && spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0) {
      return name
    }
  }
  throw new Error(
    'No redis-server or valkey-server: run `node scripts/ensure-tools.mjs`, or set REDIS_SERVER',
  )
}

/**
 * A port that was free a moment ago, with the one of a cluster's bus, which is 10,000 higher. Both are below those that
 * systems hand out for connections, so that nobody takes one meanwhile; test files at the same time try others.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(11_000, 22_000)
    if ((await isFree(port)) && (await isFree(port + 10_000))) {
      return port
    }
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return true
  } catch {
    return false
  }
}

export interface RedisServer {
  readonly port: number
  readonly process: ChildProcess
  /** Sends one command, apart from any client under test. Lists come as lines. */
  command(...args: readonly string[]): Promise<string>
  /** Ends the process, and forgets its files. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** One server on a port of loopback, which keeps nothing on disk. */
export async function startRedis(
  options: { port?: number; args?: readonly string[] } = {},
): Promise<RedisServer> {
  const port = options.port ?? (await freePort())
  const dir = await mkdtemp(join(tmpdir(), 'tokenratchet-redis-'))
  const basics = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--dir',
    dir,
    '--save',
    '',
    '--appendonly',
    'no',
  ]
  return started(port, dir, [...basics, ...(options.args ?? [])])
}

export async function startSentinel(port: number, config: string): Promise<RedisServer> {
  const dir = await mkdtemp(join(tmpdir(), 'tokenratchet-sentinel-'))
  const file = join(dir, 'sentinel.conf')
  await writeFile(file, `port ${port}\nbind 127.0.0.1\ndir ${dir}\n${config}`)
  return started(port, dir, [file, '--sentinel'])
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) {
    child.kill('SIGKILL')
  }
})

async function started(port: number, dir: string, args: readonly string[]): Promise<RedisServer> {
  const child = spawn(redisBinary(), args, { stdio: ['ignore', 'pipe', 'inherit'] })
  running.add(child)
  const exited = once(child, 'exit')
  let log = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    log += text
  })
  while (!/Ready to accept connections|Sentinel ID is/.test(log)) {
    await Promise.race([once(child.stdout, 'data'), exited])
    if (child.exitCode !== null) {
      throw new Error(`redis-server ended with ${child.exitCode}:\n${log}`)
    }
  }
  return {
    port,
    process: child,
    command: (...command) => ask(port, command),
    async stop(signal = 'SIGKILL') {
      running.delete(child)
      child.kill('SIGCONT')
      child.kill(signal)
      await exited
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** By a connection of its own; an error of the server is thrown. */
async function ask(port: number, [command = '', ...args]: readonly string[]): Promise<string> {
  const client = new Redis(port, '127.0.0.1', { enableReadyCheck: false, retryStrategy: () => null })
  client.on('error', () => {})
  try {
    return [await client.call(command, ...args)].flat(Number.POSITIVE_INFINITY).join('\n')
  } finally {
    client.disconnect()
  }
}

export async function until(
  what: string,
  check: () => Promise<boolean>,
  milliseconds = 20_000,
): Promise<void> {
  const end = Date.now() + milliseconds
  while (!(await check())) {
    if (Date.now() > end) {
      throw new Error(`not within ${milliseconds} ms: ${what}`)
    }
    await sleep(20)
  }
}
