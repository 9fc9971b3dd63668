import { createTokens, type Issued } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import { Redis } from 'ioredis'
import t from 'tap'
import { startRedis } from '../../../test/helpers/redis.js'

const secret = 'QSBzaW5nbGUgcm91bmQgdHJpcCwgd2hhdGV2ZXIgaXMgYXNrZWQ='
const server = await startRedis()
const redis = new Redis(server.port, '127.0.0.1')
const watcher = new Redis(server.port, '127.0.0.1')
t.teardown(async () => {
  redis.disconnect()
  watcher.disconnect()
  await server.stop()
})

/** What the server is sent by clients, by name: not what its scripts do. */
const commands: string[] = []
let echoes = 0
const monitor = await watcher.monitor()
monitor.on('monitor', (_time: string, [name = '']: string[], source: string) => {
  if (source !== 'lua') {
    commands.push(name.toLowerCase())
  }
})
t.teardown(() => monitor.disconnect())

async function sent(act: () => Promise<unknown>): Promise<string[]> {
  await seen()
  commands.length = 0
  echoes = 0
  await act()
  await seen()
  return commands.filter(name => name !== 'echo')
}

/** The monitor's connection is another: an echo of our own comes after all that we asked for. */
async function seen(): Promise<void> {
  echoes++
  await redis.echo('done')
  while (commands.filter(name => name === 'echo').length < echoes) {
    await new Promise(resolve => setImmediate(resolve))
  }
}

t.test('every verb is one round trip, announcing included, and verify is none', async t => {
  const tokens = createTokens({ secret, store: redisStore(redis), sessionsPerSubject: 2 })
  // The first call of each script sends it as a whole, and the first answer has the server's settings checked.
  const warm = await tokens.issue({ subject: 'warm' })
  const warmer = await tokens.refresh(warm.refreshToken)
  await tokens.introspect(warmer.accessToken)
  await tokens.sessions('warm')
  await tokens.revoke({ token: warmer.refreshToken })
  await tokens.revokeAll('warm')

  const login = (replaces?: string): Promise<Issued> => tokens.issue({ subject: 'ada', replaces })
  const one = await login()
  const two = await login()
  const verbs: Record<string, () => Promise<unknown>> = {
    'issue, evicting another session': () => login(),
    'issue, replacing one': () => login(two.refreshToken),
    refresh: async () => tokens.refresh((await login()).refreshToken),
    introspect: async () => tokens.introspect((await login()).accessToken),
    sessions: () => tokens.sessions('ada'),
    'revoke by sid': () => tokens.revoke({ subject: 'ada', sid: one.sid }),
    'revoke by token': () => tokens.revoke({ token: one.refreshToken }),
    revokeAll: () => tokens.revokeAll('ada'),
  }
  for (const [verb, act] of Object.entries(verbs)) {
    const withLogin = verb === 'refresh' || verb === 'introspect'
    t.same(await sent(act), withLogin ? ['evalsha', 'evalsha'] : ['evalsha'], verb)
  }
  const { accessToken, refreshToken } = await login()
  t.same(await sent(async () => tokens.verify(accessToken)), [])
  const next = await tokens.refresh(refreshToken)
  await tokens.refresh(next.refreshToken)
  t.same(await sent(() => t.rejects(tokens.refresh(refreshToken))), ['evalsha'], 'reuse')
})

t.test('reading the feeds of all buckets is one round trip', async t => {
  const store = redisStore(redis)
  const { cursor } = await store.revokedSince()
  t.same(await sent(() => store.revokedSince(cursor)), ['evalsha'])
})
