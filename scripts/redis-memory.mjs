// What sessions cost in Redis: `node scripts/redis-memory.mjs`, after `pnpm build`. Starts a server of its own.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

// As the package sees them: the workspace's root has neither.
const require = createRequire(new URL('../packages/redis/package.json', import.meta.url))
const { createTokens } = require('@tokenratchet/core')
const { redisStore } = require('@tokenratchet/redis')
const { Redis } = require('ioredis')

const sessions = Number(process.argv[2] ?? 100_000)
const subjects = sessions / 2

const dir = await mkdtemp(join(tmpdir(), 'tokenratchet-memory-'))
const path = join(dir, 'socket')
const settings = ['--port', '0', '--unixsocket', path, '--dir', dir, '--save', '', '--appendonly', 'no']
const server = spawn(process.env.REDIS_SERVER ?? 'redis-server', settings, {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const ended = once(server, 'exit')
await once(server.stdout, 'data')
const redis = new Redis({ path, retryStrategy: () => 20 })
redis.on('error', () => {})

try {
  const used = async () => Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))[1])
  const tokens = createTokens({
    secret: `${process.pid}dG8gYmUgdXNlZCBieSBubyBib2R5IGV2ZXIgYWdhaW4`,
    store: redisStore(redis),
  })
  await redis.ping()
  const before = await used()
  const login = index =>
    tokens.issue({
      subject: `0f0f0f0f-0f0f-4f0f-8f0f-${String(index).padStart(12, '0')}`,
      claims: { role: 'member' },
    })
  for (let index = 0; index < sessions; index += 1000) {
    await Promise.all(
      Array.from({ length: Math.min(1000, sessions - index) }, (_, each) => login((index + each) % subjects)),
    )
  }
  const bytes = (await used()) - before
  const keys = await redis.dbsize()
  console.log(
    `${sessions} sessions of ${subjects} subjects: ${keys} keys, ${(bytes / sessions).toFixed(0)} bytes a session`,
  )

  let { refreshToken } = await tokens.issue({ subject: 'rotating' })
  const atFirst = await used()
  for (let rotation = 1; rotation <= 1000; rotation++) {
    refreshToken = (await tokens.refresh(refreshToken)).refreshToken
  }
  console.log(
    `after 1,000 rotations of one session: ${(await redis.dbsize()) - keys} key more, ${(await used()) - atFirst} bytes more in all of the server`,
  )
} finally {
  redis.disconnect()
  server.kill('SIGTERM')
  await ended
  await rm(dir, { recursive: true, force: true })
}
