// Redis servers that can be killed, frozen and started again at the same address.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { redisBinary } from '../helpers/redis.js'

const folder = mkdtempSync(join(tmpdir(), 'tokenratchet-chaos-'))
const running = new Set<ChildProcess>()

/** Ends a child with this process, however that ends: SIGKILL ends a frozen process as well. */
export function endWithUs(child: ChildProcess): void {
  running.add(child)
  child.once('exit', () => running.delete(child))
}

process.once('exit', () => {
  for (const child of running) {
    child.kill('SIGKILL')
  }
  rmSync(folder, { recursive: true, force: true })
})
for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.once(signal, () => process.exit(status))
}

export interface Address {
  readonly host: string
  readonly port: number
}

export class RedisProcess {
  readonly address: Address
  readonly #args: readonly string[]
  readonly #folder: string
  #child: ChildProcess | undefined
  #client: Redis | undefined

  /** @param host one of 127.0.0.0/8 of its own, so that a proxy sees which server connects */
  constructor(address: Address, args: readonly string[]) {
    this.address = address
    this.#folder = mkdtempSync(join(folder, 'server-'))
    const { host, port } = address
    const basics = ['--port', `${port}`, '--bind', host, '--bind-source-addr', host, '--dir', this.#folder]
    const keepsNothing = ['--save', '', '--appendonly', 'no', '--protected-mode', 'no']
    this.#args = [...basics, ...keepsNothing, '--logfile', '', ...args]
  }

  get folder(): string {
    return this.#folder
  }

  get isRunning(): boolean {
    return this.#child !== undefined
  }

  /** @param file of its configuration, which Sentinel needs */
  async start(more: readonly string[] = [], file?: string): Promise<void> {
    const args = file === undefined ? [...this.#args, ...more] : [file, '--sentinel']
    const child = spawn(redisBinary(), args, {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    endWithUs(child)
    this.#child = child
    const ended = once(child, 'exit')
    let log = ''
    child.stdout.setEncoding('utf8').on('data', text => {
      log = log.length < 10_000 ? log + text : log
    })
    while (!/Ready to accept connections|Sentinel ID is/.test(log)) {
      await Promise.race([once(child.stdout, 'data'), ended])
      if (child.exitCode !== null) {
        throw new Error(`redis-server ended with ${child.exitCode}:\n${log}`)
      }
    }
  }

  /** Sends one command directly, past all proxies; lists come as lines. Rejects after a second. */
  async command(...[name = '', ...args]: readonly string[]): Promise<string> {
    this.#client ??= this.#connect()
    const reply = await this.#client.call(name, ...args)
    return [reply].flat(Number.POSITIVE_INFINITY).join('\n')
  }

  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    this.#client?.disconnect()
    this.#client = undefined
    if (child) {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  #connect(): Redis {
    const client = new Redis({
      ...this.address,
      commandTimeout: 1000,
      connectTimeout: 1000,
      maxRetriesPerRequest: 0,
      enableReadyCheck: false,
      retryStrategy: () => 100,
    })
    client.on('error', () => {})
    return client
  }
}

/** A field of INFO. */
export async function info(server: RedisProcess, field: string): Promise<string | undefined> {
  const text = await server.command('INFO', 'replication').catch(() => '')
  return new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(text)?.[1]
}

export const isPrimary = async (server: RedisProcess): Promise<boolean> =>
  (await info(server, 'role')) === 'master'
