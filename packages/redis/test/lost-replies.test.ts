// A TCP proxy of ours loses the reply of a script that has run.
import { randomBytes } from 'node:crypto'
import { createTokens, type Issued, type Tokens } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import t from 'tap'
import { despiteOutages, type LossyProxy, startProxy } from '../../../test/helpers/proxy.js'
import { startRedis } from '../../../test/helpers/redis.js'
import type { Connected } from './clients.js'

const secret = randomBytes(32).toString('base64url')
const server = await startRedis()
t.teardown(() => server.stop())

const ioredis = (port: number, autoResendUnfulfilledCommands: boolean): Connected => {
  const client = new Redis(port, '127.0.0.1', { autoResendUnfulfilledCommands, retryStrategy: () => 20 })
  client.on('error', () => {})
  return { client, close: () => client.disconnect() }
}

const clients: Record<string, (port: number) => Connected | Promise<Connected>> = {
  'ioredis that resends': port => ioredis(port, true),
  'ioredis that does not resend': port => ioredis(port, false),
  'node-redis': async port => {
    const url = `redis://127.0.0.1:${port}`
    const client = createClient({ url, socket: { reconnectStrategy: () => 20 } })
    client.on('error', () => {})
    await client.connect()
    return { client, close: () => client.destroy() }
  },
}

interface Case {
  readonly proxy: LossyProxy
  readonly tokens: Tokens
  /** Another process, with a connection of its own that loses nothing. */
  readonly other: Tokens
  readonly issued: Issued
}

/** The scripts are known to the server, and the first questions asked. */
async function arrange(
  t: Pick<typeof import('tap').t, 'teardown'>,
  connect: (typeof clients)[string],
): Promise<Case> {
  const proxy = await startProxy(server.port)
  const connected = await connect(proxy.port)
  const apart = ioredis(server.port, true)
  t.teardown(async () => {
    connected.close()
    apart.close()
    await proxy.close()
  })
  const tokens = createTokens({ secret, store: redisStore(connected.client, { timeout: 500 }) })
  const other = createTokens({ secret, store: redisStore(apart.client) })
  const { refreshToken } = await tokens.issue({ subject: 'warm-up' })
  await tokens.revoke({ token: (await tokens.refresh(refreshToken)).refreshToken })
  return {
    proxy,
    tokens,
    other,
    issued: await tokens.issue({ subject: `${randomBytes(8).toString('hex')}` }),
  }
}

for (const [name, connect] of Object.entries(clients)) {
  t.test(
    `${name}, R27: after a refresh whose reply was lost, the same token gets a successor that works`,
    async t => {
      const { proxy, tokens, issued } = await arrange(t, connect)
      const lost = proxy.loseReply('EVALSHA')
      const successor = despiteOutages(() => tokens.refresh(issued.refreshToken))
      await lost
      const { refreshToken } = await successor
      t.ok(await tokens.refresh(refreshToken))
    },
  )

  t.test(`${name}, R26: a refresh whose reply was lost succeeds or is a 503, nothing else`, async t => {
    const { proxy, tokens, issued } = await arrange(t, connect)
    const lost = proxy.loseReply('EVALSHA')
    const [outcome] = await Promise.allSettled([tokens.refresh(issued.refreshToken)])
    await lost
    const code = outcome?.status === 'rejected' ? outcome.reason.code : 'fulfilled'
    // node-redis drops what it has written and sends nothing twice.
    t.equal(code, name === 'ioredis that resends' ? 'fulfilled' : 'ERR_STORE_UNAVAILABLE')
    const again = await tokens.refresh(issued.refreshToken)
    t.ok(await tokens.refresh(again.refreshToken))
  })

  t.test(`${name}, R27: after a login whose reply was lost, the next one works`, async t => {
    const { proxy, tokens, other } = await arrange(t, connect)
    const subject = randomBytes(8).toString('hex')
    const lost = proxy.loseReply('EVALSHA')
    const issued = await despiteOutages(() => tokens.issue({ subject }))
    await lost
    t.ok(await tokens.refresh(issued.refreshToken))
    const resent = name === 'ioredis that resends'
    // The first login ran, and nobody holds its token: it stays until it expires.
    t.equal((await other.sessions(subject)).length, resent ? 1 : 2)
  })

  t.test(
    `${name}, R27: after a revocation whose reply was lost and which is asked again, the session is gone`,
    async t => {
      const { proxy, tokens, other, issued } = await arrange(t, connect)
      const lost = proxy.loseReply('EVALSHA')
      const revoked = despiteOutages(() => tokens.revoke({ token: issued.refreshToken }))
      await lost
      t.equal(await revoked, issued.sid)
      await t.rejects(other.refresh(issued.refreshToken), { code: 'ERR_INVALID_GRANT' })
      await t.rejects(tokens.refresh(issued.refreshToken), { code: 'ERR_INVALID_GRANT' })
    },
  )

  t.test(
    `${name}, R27: after a crash between the script and its response, another process refreshes`,
    async t => {
      const { proxy, tokens, other, issued } = await arrange(t, connect)
      const lost = proxy.loseReply('EVALSHA')
      const crashed = tokens.refresh(issued.refreshToken).catch(() => {})
      await lost
      const { refreshToken } = await other.refresh(issued.refreshToken)
      t.ok(await other.refresh(refreshToken))
      await crashed
    },
  )

  t.test(
    `${name}, R28: scripts that the server has forgotten are sent again, in one more round trip`,
    async t => {
      const { proxy, tokens, issued } = await arrange(t, connect)
      await server.command('SCRIPT', 'FLUSH')
      proxy.commands.length = 0
      const { refreshToken } = await tokens.refresh(issued.refreshToken)
      t.strictSame(proxy.commands, ['EVALSHA', 'EVAL'])
      proxy.commands.length = 0
      t.ok(await tokens.refresh(refreshToken))
      t.strictSame(proxy.commands, ['EVALSHA'])
    },
  )
}
