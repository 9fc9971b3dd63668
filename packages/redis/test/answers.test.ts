// Each way in which a server says that it can't serve, brought about on a real server where that is possible.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { createTokens, StoreUnavailableError } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import t from 'tap'
import { despiteOutages, type LossyProxy, startProxy } from '../../../test/helpers/proxy.js'
import { type RedisServer, startRedis, until } from '../../../test/helpers/redis.js'
import type { Connected } from './clients.js'

const secret = randomBytes(32).toString('base64url')
const proxy = await startProxy(0)
t.teardown(() => proxy.close())

/** A master that never answers. Its port is held: a server of another test, begun there, would be followed. */
const silent = createServer(socket => socket.destroy()).listen(0, '127.0.0.1')
await once(silent, 'listening')
t.teardown(() => silent.close())
const { port: silentPort } = silent.address() as AddressInfo

const clients: Record<string, (port: number) => Promise<Connected>> = {
  ioredis: async port => {
    const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 20, enableReadyCheck: false })
    client.on('error', () => {})
    await once(client, 'ready')
    return { client, close: () => client.disconnect() }
  },
  'node-redis': async port => {
    const url = `redis://127.0.0.1:${port}`
    const client = createClient({ url, socket: { reconnectStrategy: () => 20 } })
    client.on('error', () => {})
    await client.connect()
    return { client, close: () => client.destroy() }
  },
}

const config = (server: RedisServer, ...args: string[]): Promise<string> =>
  server.command('CONFIG', 'SET', ...args)

/** The key of the only subject. */
const keyOn = async (server: RedisServer): Promise<string> => (await server.command('KEYS', '*:s:*')).trim()

interface Trouble {
  readonly answer: string
  readonly means: RegExp
  begin(server: RedisServer, proxy: LossyProxy): Promise<unknown>
  end(server: RedisServer, proxy: LossyProxy): Promise<unknown>
}

/** By the server itself. */
const real: readonly Trouble[] = [
  {
    answer: 'READONLY',
    means: /is a replica.*READONLY/,
    async begin(server) {
      await config(server, 'repl-timeout', '1')
      await server.command('REPLICAOF', '127.0.0.1', `${silentPort}`)
    },
    end: server => server.command('REPLICAOF', 'NO', 'ONE'),
  },
  {
    answer: 'NOREPLICAS',
    means: /too few replicas.*NOREPLICAS/,
    begin: server => config(server, 'min-replicas-to-write', '1'),
    end: server => config(server, 'min-replicas-to-write', '0'),
  },
  {
    answer: 'OOM',
    means: /maxmemory.*OOM/,
    begin: server => config(server, 'maxmemory', '1', 'maxmemory-policy', 'noeviction'),
    end: server => config(server, 'maxmemory', '0'),
  },
  {
    answer: 'MISCONF',
    means: /cannot persist.*MISCONF/,
    async begin(server) {
      const [, dir = ''] = (await server.command('CONFIG', 'GET', 'dir')).split('\n')
      await rm(join(dir, 'dump.rdb'), { force: true })
      await mkdir(join(dir, 'dump.rdb'))
      await config(server, 'save', '3600 1')
      await saved(server, 'err')
    },
    async end(server) {
      const [, dir = ''] = (await server.command('CONFIG', 'GET', 'dir')).split('\n')
      await rm(join(dir, 'dump.rdb'), { recursive: true })
      await saved(server, 'ok')
    },
  },
  {
    answer: 'BUSY',
    means: /busy with a script.*BUSY/,
    async begin(server) {
      await config(server, 'lua-time-limit', '1')
      server.command('EVAL', 'while true do end', '0').catch(() => {})
      const busy = async () => (await server.command('PING').catch(String)).includes('BUSY')
      await until('the server is busy', busy)
    },
    end: server => server.command('SCRIPT', 'KILL'),
  },
  {
    answer: 'NOAUTH',
    means: /may not do this.*(NOAUTH|unauthenticated)/,
    async begin(server, proxy) {
      await config(server, 'requirepass', 'p')
      proxy.commands.length = 0
      proxy.cut()
      await until('the client is back', async () => proxy.commands.length > 0)
    },
    end: server => withPassword(server, 'CONFIG', 'SET', 'requirepass', ''),
  },
  {
    answer: 'NOPERM',
    means: /may not do this.*NOPERM/,
    begin: server => server.command('ACL', 'SETUSER', 'default', '-evalsha', '-eval'),
    end: server => server.command('ACL', 'SETUSER', 'default', '+@all'),
  },
  {
    answer: 'WRONGTYPE',
    means: /another type.*WRONGTYPE/,
    async begin(server) {
      const key = await keyOn(server)
      await server.command('RENAME', key, 'away')
      await server.command('SET', key, 'planted')
    },
    end: async server => server.command('RENAME', 'away', await keyOn(server)),
  },
  {
    answer: 'a malformed record',
    means: /session record is malformed/,
    async begin(server) {
      const key = await keyOn(server)
      await server.command('COPY', key, 'away')
      const sid = await server.command('HKEYS', key)
      await server.command('HSET', key, sid, 'planted')
    },
    end: async server => server.command('RENAME', 'away', await keyOn(server)),
  },
]

async function saved(server: RedisServer, status: string): Promise<void> {
  await server.command('BGSAVE')
  await until(`the save came out ${status}`, async () => {
    const info = await server.command('INFO', 'persistence')
    return info.includes(`rdb_last_bgsave_status:${status}`) && info.includes('rdb_bgsave_in_progress:0')
  })
}

async function withPassword(server: RedisServer, command: string, ...args: string[]): Promise<void> {
  const client = new Redis(server.port, '127.0.0.1', { password: 'p' })
  await client.call(command, ...args)
  client.disconnect()
}

/** By the proxy in the server's place, as a server can't be held in this state for long. */
const scripted: readonly Trouble[] = [
  ['LOADING', 'LOADING Redis is loading the dataset in memory', /loading its data/],
  ['CLUSTERDOWN', 'CLUSTERDOWN Hash slot not served', /cluster is down/],
  ['MASTERDOWN', "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", /down/],
  ['an error unheard of', 'ODD never seen before', /the command failed.*ODD/],
].map(([answer, line, means]) => ({
  answer: `${answer} (scripted)`,
  means: means as RegExp,
  begin: async (_server, proxy) => void Object.assign(proxy, { error: line }),
  end: async (_server, proxy) => void Object.assign(proxy, { error: undefined }),
}))

const server = await startRedis()
t.teardown(() => server.stop())
for (const [name, connect] of Object.entries(clients)) {
  for (const { answer, means, begin, end } of [...real, ...scripted]) {
    t.test(
      `${name}, R26: ${answer} is a 503 that says what it means, and the token works afterwards`,
      async t => {
        await server.command('FLUSHALL')
        proxy.target = server.port
        const { client, close } = await connect(proxy.port)
        t.teardown(close)
        const tokens = createTokens({ secret, store: redisStore(client) })
        const { refreshToken: first, sid } = await tokens.issue({
          subject: 'alice',
          claims: { role: 'chief' },
        })
        const { refreshToken } = await tokens.refresh(first)
        await begin(server, proxy)
        const [outcome] = await Promise.allSettled([tokens.refresh(refreshToken)])
        await end(server, proxy)
        const error = outcome?.status === 'rejected' ? outcome.reason : undefined
        t.type(error, StoreUnavailableError)
        t.match(error, { code: 'ERR_STORE_UNAVAILABLE', status: 503, headers: { 'retry-after': /^\d+$/ } })
        t.match(error?.cause?.message, means)
        const subjectHash = Buffer.from(refreshToken, 'base64url').toString('base64url', 5, 21)
        for (const secretText of [refreshToken, sid, subjectHash, 'alice', 'chief']) {
          t.notOk(`${error?.cause?.stack}`.includes(secretText), 'without arguments')
        }
        const { refreshToken: next } = await despiteOutages(() => tokens.refresh(refreshToken))
        t.ok(await tokens.refresh(next))
      },
    )
  }
}

t.test('R26: an error that quotes the command shows nothing of it', async t => {
  const renamed = await startRedis({ args: ['--rename-command', 'EVALSHA', ''] })
  t.teardown(() => renamed.stop())
  const { client, close } = await (clients['ioredis'] as (typeof clients)[string])(renamed.port)
  t.teardown(close)
  const tokens = createTokens({ secret, store: redisStore(client) })
  const [outcome] = await Promise.allSettled([tokens.issue({ subject: 'alice', claims: { role: 'chief' } })])
  const error = outcome?.status === 'rejected' ? outcome.reason : undefined
  t.equal(error?.code, 'ERR_STORE_UNAVAILABLE')
  t.notMatch(error?.cause?.message, /tokenratchet:/, 'no key, which names the subject by its subjectHash')
})

t.test('R26: with maxmemory reached, every verb that writes is refused whole', async t => {
  await server.command('FLUSHALL')
  const { client, close } = await (clients['ioredis'] as (typeof clients)[string])(server.port)
  t.teardown(close)
  const tokens = createTokens({ secret, sessionsPerSubject: 2, store: redisStore(client) })
  const issued = await tokens.issue({ subject: 'alice' })
  const { refreshToken } = await tokens.issue({ subject: 'alice' })
  const { refreshToken: next } = await tokens.refresh(refreshToken)
  await tokens.refresh(next)
  // So that the feed holds something.
  const { sid } = await tokens.issue({ subject: 'alice' })
  const dump = async (): Promise<string> => {
    const keys = (await server.command('KEYS', '*')).split('\n').sort()
    const values = await Promise.all(keys.map(key => server.command('DUMP', key)))
    return JSON.stringify([keys, values])
  }
  const before = await dump()
  await config(server, 'maxmemory', '1')
  t.teardown(() => config(server, 'maxmemory', '0'))
  const verbs: Record<string, () => Promise<unknown>> = {
    'a login that evicts': () => tokens.issue({ subject: 'alice' }),
    'a login that replaces': () => tokens.issue({ subject: 'alice', replaces: next }),
    'a refresh': () => tokens.refresh(next),
    'a refresh that ends the session': () => tokens.refresh(refreshToken),
    'a revocation by token': () => tokens.revoke({ token: issued.refreshToken }),
    'a revocation by id': () => tokens.revoke({ subject: 'alice', sid }),
    'a revocation of all': () => tokens.revokeAll('alice'),
  }
  for (const [verb, ask] of Object.entries(verbs)) {
    await t.rejects(ask(), { code: 'ERR_STORE_UNAVAILABLE', cause: { message: /maxmemory/ } }, verb)
    t.equal(await dump(), before, `${verb} changed nothing`)
  }
  await config(server, 'maxmemory', '0')
  t.ok(await tokens.refresh(next))
})
