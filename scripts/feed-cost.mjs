// What it costs to know what other processes revoke: `node scripts/feed-cost.mjs`, after `pnpm build`. Starts a server
// of its own, and a process for each size of the window.

import { fork, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

// As the package sees them: the workspace's root has neither.
const require = createRequire(new URL('../packages/redis/package.json', import.meta.url))
const { createTokens } = require('@tokenratchet/core')
const { redisStore } = require('@tokenratchet/redis')
const { Redis } = require('ioredis')

/** Seconds: the default access token's lifetime, and 300. */
const publishFor = 900

if (process.argv[2] === 'process') {
  await joinFleet(process.argv[3])
} else {
  await measure([0, 1000, 100_000])
}

function connect(path) {
  const redis = new Redis({ path, retryStrategy: () => 20 })
  redis.on('error', () => {})
  return redis
}

async function measure(sizes) {
  const dir = await mkdtemp(join(tmpdir(), 'tokenratchet-feed-'))
  const path = join(dir, 'socket')
  const settings = ['--port', '0', '--unixsocket', path, '--dir', dir, '--save', '', '--appendonly', 'no']
  const server = spawn(process.env.REDIS_SERVER ?? 'redis-server', settings, {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(server, 'exit')
  await once(server.stdout, 'data')
  const redis = connect(path)
  try {
    for (const size of sizes) {
      await redis.flushall()
      const empty = await figure(redis, 'memory', /^used_memory:(\d+)/m)
      await publish(redis, size)
      const bytes = (await figure(redis, 'memory', /^used_memory:(\d+)/m)) - empty
      console.log(`${size} revocations in the window, in Redis ${each(bytes, size)}`)
      const { cursor } = await redisStore(redis).revokedSince()
      await time(redis, 'poll', 100, cursor)
      await time(redis, 'read of the whole window', 5)
      const child = fork(fileURLToPath(import.meta.url), ['process', path], { execArgv: ['--expose-gc'] })
      const [{ ready, held, cpu }] = await once(child, 'message')
      console.log(
        `  a process: ready after ${ready.toFixed(0)} ms, of which its event loop did nothing else for`,
      )
      console.log(
        `    ${held.loop.toFixed(0)} ms at a stretch; ${each(held.bytes, size)}; ${cpu.toFixed(1)} ms of CPU a second`,
      )
    }
  } finally {
    redis.disconnect()
    server.kill('SIGTERM')
    await ended
    await rm(dir, { recursive: true, force: true })
  }
}

async function figure(redis, section, pattern) {
  return Number(pattern.exec(await redis.info(section))?.[1] ?? 0)
}

function each(bytes, size) {
  return `${(bytes / 1024).toFixed(0)} KiB${size > 0 ? `, ${(bytes / size).toFixed(0)} bytes each` : ''}`
}

/** Spread over subjects, each by the script of a logout. */
async function publish(redis, size) {
  const store = redisStore(redis)
  const id = index => createHash('sha256').update(`${index}`).digest('base64url').slice(0, 22)
  for (let index = 0; index < size; index += 1000) {
    await Promise.all(
      Array.from({ length: Math.min(1000, size - index) }, (_, offset) => {
        const ref = { tag: id(index + offset), sid: id(index + offset) }
        return store.delete(ref, { publishFor, always: true })
      }),
    )
  }
}

async function time(redis, what, times, cursor) {
  const store = redisStore(redis)
  await redis.config('RESETSTAT')
  const [bytes, begun] = [redis.stream.bytesRead, performance.now()]
  for (let count = 0; count < times; count++) {
    await store.revokedSince(cursor)
  }
  const took = performance.now() - begun
  const answer = redis.stream.bytesRead - bytes
  const server = (await figure(redis, 'commandstats', /^cmdstat_evalsha:.*?usec=(\d+)/m)) / 1000
  const [ms, ofServer] = [took / times, server / times].map(number => number.toFixed(2))
  console.log(`  ${what}: ${Math.round(answer / times)} bytes, ${ofServer} ms of the server, ${ms} ms in all`)
}

/** A process of the fleet: how soon it is ready, what it then holds, and what the next ten seconds cost it. */
async function joinFleet(path) {
  const redis = connect(path)
  const store = redisStore(redis)
  const secret = `${process.pid}dG8gYmUgdXNlZCBieSBubyBib2R5IGV2ZXIgYWdhaW4`
  // What comes once with the first: code, and the connection.
  const first = createTokens({ secret, store: redisStore(redis, { prefix: 'empty' }) })
  await first.ready()
  await first.close()
  globalThis.gc()
  const empty = process.memoryUsage().heapUsed
  let [loop, last] = [0, performance.now()]
  const timer = setInterval(() => {
    loop = Math.max(loop, performance.now() - last)
    last = performance.now()
  }, 1)
  const begun = performance.now()
  const tokens = createTokens({ secret, store })
  await tokens.ready()
  const ready = performance.now() - begun
  await sleep(2)
  clearInterval(timer)
  await sleep(500)
  globalThis.gc()
  const bytes = process.memoryUsage().heapUsed - empty
  const before = process.cpuUsage()
  await sleep(10_000)
  const { user, system } = process.cpuUsage(before)
  process.send({ ready, held: { loop, bytes }, cpu: (user + system) / 10_000 })
  await tokens.close()
  redis.disconnect()
  process.disconnect()
}
