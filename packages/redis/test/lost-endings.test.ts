// A TCP proxy of ours loses the reply of a script that has ended a session. One ending is one event all the same.
import { randomBytes } from 'node:crypto'
import { createTokens, type Issued, type TokenEvent, type Tokens } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { type LossyProxy, startProxy } from '../../../test/helpers/proxy.js'
import { startRedis } from '../../../test/helpers/redis.js'

const secret = randomBytes(32).toString('base64url')
const server = await startRedis()
t.teardown(() => server.stop())

interface World {
  readonly proxy: LossyProxy
  readonly tokens: Tokens
  readonly events: TokenEvent[]
  readonly subject: string
  readonly login: Issued
  /** Called when the `claims` hook is asked, for an account that is disabled then. */
  onDisabled: (() => void) | undefined
}

async function arrange(t: Test, autoResendUnfulfilledCommands: boolean): Promise<World> {
  const proxy = await startProxy(server.port)
  const settings = { autoResendUnfulfilledCommands, retryStrategy: () => 20 }
  const client = new Redis(proxy.port, '127.0.0.1', settings)
  client.on('error', () => {})
  t.teardown(async () => {
    client.disconnect()
    await proxy.close()
  })
  const events: TokenEvent[] = []
  const hook: Pick<World, 'onDisabled'> = { onDisabled: undefined }
  const tokens = createTokens({
    secret,
    // A client that sends nothing again never answers: no need to wait for long.
    store: redisStore(client, { timeout: autoResendUnfulfilledCommands ? 5000 : 500 }),
    sessionsPerSubject: 2,
    onEvent: event => void events.push(event),
    claims() {
      hook.onDisabled?.()
      return hook.onDisabled && false
    },
  })
  // Its feed would send commands of its own.
  await tokens.ready()
  await tokens.close()
  // So that the server knows all scripts.
  const { refreshToken } = await tokens.issue({ subject: 'warm-up' })
  await tokens.revoke({ token: (await tokens.refresh(refreshToken)).refreshToken })
  await tokens.revokeAll('warm-up')
  const subject = randomBytes(8).toString('hex')
  const login = await tokens.issue({ subject })
  events.length = 0
  return Object.assign(hook, { proxy, tokens, events, subject, login })
}

interface Ending {
  /** What comes before, whose replies arrive. */
  before?(world: World): Promise<unknown>
  /** The reply to its first command gets lost. */
  end(world: World): Promise<unknown>
  readonly event: object
  readonly answer?: (world: World) => unknown
}

const refused = (asked: Promise<unknown>): Promise<string> => asked.then(String, ({ code }) => code)

const endings: Record<string, Ending> = {
  'a log-out': {
    end: ({ tokens, login }) => tokens.revoke({ token: login.refreshToken }),
    event: { type: 'revoked', reason: 'revoke' },
    answer: ({ login }) => login.sid,
  },
  'a log-out of another device': {
    end: ({ tokens, subject, login: { sid } }) => tokens.revoke({ subject, sid }),
    event: { type: 'revoked', reason: 'revoke' },
    answer: ({ login }) => login.sid,
  },
  'a log-out everywhere': {
    end: ({ tokens, subject }) => tokens.revokeAll(subject),
    event: { type: 'revoked', reason: 'revoke_all' },
    answer: ({ login }) => [login.sid],
  },
  'a login on top': {
    end: ({ tokens, subject, login }) => tokens.issue({ subject, replaces: login.refreshToken }),
    event: { type: 'revoked', reason: 'replaced' },
  },
  'a login as somebody else': {
    end: ({ tokens, login }) => tokens.issue({ subject: 'warm-up', replaces: login.refreshToken }),
    event: { type: 'revoked', reason: 'replaced' },
  },
  'a login that evicts': {
    before: ({ tokens, subject }) => tokens.issue({ subject }),
    end: ({ tokens, subject }) => tokens.issue({ subject }),
    event: { type: 'evicted' },
  },
  'a reuse': {
    async before({ tokens, login }) {
      const { refreshToken } = await tokens.refresh(login.refreshToken)
      await tokens.refresh(refreshToken)
    },
    end: ({ tokens, login }) => refused(tokens.refresh(login.refreshToken)),
    event: { type: 'reused' },
    answer: () => 'ERR_INVALID_GRANT',
  },
}

/** The events that tell of the end of this session. */
const endsOf = (events: readonly TokenEvent[], { sid }: Issued): TokenEvent[] =>
  events.filter(
    event => ['revoked', 'evicted', 'reused'].includes(event.type) && 'sid' in event && event.sid === sid,
  )

for (const [what, { before, end, event, answer }] of Object.entries(endings)) {
  t.test(`R38: ${what} whose reply is lost and that the client sends again is one event`, async t => {
    const world = await arrange(t, true)
    const { proxy, tokens, events, login } = world
    await before?.(world)
    events.length = 0
    const lost = proxy.loseReply('EVALSHA')
    const ended = end(world)
    await lost
    const answered = await ended
    if (answer !== undefined) {
      t.same(answered, answer(world), 'the second run answers what the first did')
    }
    t.match(endsOf(events, login), [event])
    t.equal(endsOf(events, login).length, 1)
    t.notOk(events.some(({ type }) => type === 'store_unavailable'))
    t.throws(
      () => tokens.verify(login.accessToken),
      { code: 'ERR_ACCESS_TOKEN_REVOKED' },
      'known here at once',
    )
    events.length = 0
    await t.rejects(tokens.refresh(login.refreshToken), { code: 'ERR_INVALID_GRANT' })
    await tokens.issue({ subject: world.subject, replaces: login.refreshToken })
    t.same(endsOf(events, login), [], 'nor does it end again')
  })

  t.test(
    `R38: ${what} whose reply is lost for good is the event of an outage, and no second one`,
    async t => {
      const world = await arrange(t, false)
      const { proxy, tokens, events, subject, login } = world
      await before?.(world)
      events.length = 0
      const lost = proxy.loseReply('EVALSHA')
      const ended = refused(end(world))
      await lost
      t.match(await ended, /ERR_STORE_UNAVAILABLE/)
      t.same(
        events.map(({ type }) => type),
        ['store_unavailable'],
      )
      events.length = 0
      await t.rejects(tokens.refresh(login.refreshToken), { code: 'ERR_INVALID_GRANT' }, 'it has ended')
      await tokens.revoke({ token: login.refreshToken })
      await tokens.issue({ subject, replaces: login.refreshToken })
      t.same(endsOf(events, login), [])
    },
  )
}

t.test('R38: a session that the claims hook ends by a command that is sent again is one event', async t => {
  const world = await arrange(t, true)
  const { proxy, tokens, events, login } = world
  let lost: Promise<void> | undefined
  world.onDisabled = () => {
    lost = proxy.loseReply('EVALSHA')
  }
  await t.rejects(tokens.refresh(login.refreshToken), { code: 'ERR_INVALID_GRANT' })
  await lost
  t.same(events, [{ type: 'revoked', reason: 'disabled', sid: login.sid, subject: world.subject }])
})

t.test('a log-out everywhere that is sent again spares the logins since', async t => {
  const world = await arrange(t, true)
  const { proxy, tokens, subject, login } = world
  const apart = new Redis(server.port, '127.0.0.1')
  t.teardown(() => apart.disconnect())
  const elsewhere = createTokens({ secret, store: redisStore(apart) })
  t.teardown(() => elsewhere.close())
  const lost = proxy.loseReply('EVALSHA')
  const ended = tokens.revokeAll(subject)
  await lost
  proxy.isDown = true
  const { refreshToken } = await elsewhere.issue({ subject })
  proxy.isDown = false
  t.same(await ended, [login.sid])
  t.ok(await elsewhere.refresh(refreshToken))
})
