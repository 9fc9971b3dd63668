// A Redis server of our own, on a socket in a folder of its own.

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { Redis } from 'ioredis'
import { end, start } from './processes.mjs'

/** @param more of its settings */
export async function startRedis(more = []) {
  const dir = mkdtempSync(join(tmpdir(), 'tokenratchet-bench-'))
  const remove = () => rmSync(dir, { recursive: true, force: true })
  process.once('exit', remove)
  const path = join(dir, 'socket')
  const settings = ['--port', '0', '--unixsocket', path, '--dir', dir, '--save', '', '--appendonly', 'no']
  const child = start(process.env.REDIS_SERVER ?? 'redis-server', [...settings, ...more])
  child.stdout.setEncoding('utf8')
  for (let log = ''; !log.includes('eady to accept connections'); ) {
    const [text] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => [])])
    if (text === undefined) {
      throw new Error(`redis-server did not start: ${log}`)
    }
    log += text
  }
  child.stdout.resume()
  return {
    path,
    async stop() {
      await end(child)
      remove()
      process.removeListener('exit', remove)
    },
  }
}

/** @param more options of ioredis */
export function connect(path, more = {}) {
  const redis = new Redis({ path, retryStrategy: () => null, ...more })
  redis.on('error', () => {})
  return redis
}

export async function version(path) {
  const redis = connect(path)
  const info = await redis.info('server')
  redis.disconnect()
  return /^(?:valkey|redis)_version:(.*)\r$/m.exec(info)?.[1] ?? 'unknown'
}
