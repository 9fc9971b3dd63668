// A client or a proxy that gives two replies to each other's commands: nobody is logged out by the reply to another.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createTokens, type Issued, type Store, type TokenEvent, type Tokens } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import t, { type Test } from 'tap'
import { startProxy } from '../../../test/helpers/proxy.js'
import { startRedis } from '../../../test/helpers/redis.js'
import type { Connected } from './clients.js'

const secret = randomBytes(32).toString('base64url')
const server = await startRedis()
const redis = new Redis(server.port, '127.0.0.1')
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})

/** A client of ioredis by its shape, which can exchange the replies of two commands. */
function mixing() {
  let first: { reply: Promise<unknown>; resolve: (reply: Promise<unknown>) => void } | undefined
  const made = {
    isMixing: false,
    client: { evalsha: send('evalsha'), eval: send('eval'), call: send('call') },
  }
  return made

  function send(name: 'evalsha' | 'eval' | 'call') {
    return (...args: unknown[]): Promise<unknown> => {
      const reply = (redis[name] as (...args: unknown[]) => Promise<unknown>)(...args)
      if (!made.isMixing) {
        return reply
      }
      // A reply that nobody gets must not count as a rejection that nobody has heard of.
      reply.catch(() => {})
      if (first === undefined) {
        return new Promise(resolve => {
          first = { reply, resolve }
        })
      }
      const other = first
      first = undefined
      other.resolve(reply)
      return other.reply
    }
  }
}

interface User {
  readonly subject: string
  /** A token that is not the newest any more: presented, it ends the session. */
  readonly dead: Issued
  readonly newest: Issued
}

interface World {
  readonly tokens: Tokens
  readonly store: Store
  readonly events: TokenEvent[]
  readonly mixer: ReturnType<typeof mixing>
}

async function logIn({ tokens }: World): Promise<User> {
  const subject = randomBytes(8).toString('hex')
  const dead = await tokens.issue({ subject })
  const { refreshToken } = await tokens.refresh(dead.refreshToken)
  return { subject, dead, newest: await tokens.refresh(refreshToken) }
}

async function arrange(): Promise<World> {
  const mixer = mixing()
  const store = redisStore(mixer.client)
  const events: TokenEvent[] = []
  const tokens = createTokens({ secret, store, onEvent: event => void events.push(event) })
  // Its feed would send commands of its own.
  await tokens.ready()
  await tokens.close()
  const world = { tokens, store, events, mixer }
  // So that the server knows all scripts.
  const { subject, newest, dead } = await logIn(world)
  await tokens.introspect(newest.accessToken)
  await tokens.sessions(subject)
  await tokens.refresh(dead.refreshToken).catch(() => {})
  await tokens.revoke({ token: newest.refreshToken })
  await tokens.revokeAll(subject)
  return world
}

interface Verb {
  ask(world: World, user: User): Promise<unknown>
  /** It ends the session by what it asks the server, whatever the reply. */
  readonly ends?: true
}

/** All that asks the server, one command each: every method of the store, and both of its outcomes. */
const verbs: Record<string, Verb> = {
  issue: { ask: ({ tokens }, { subject }) => tokens.issue({ subject }) },
  'issue that replaces': {
    ask: ({ tokens }, { subject, newest }) => tokens.issue({ subject, replaces: newest.refreshToken }),
    ends: true,
  },
  refresh: { ask: ({ tokens }, { newest }) => tokens.refresh(newest.refreshToken) },
  reuse: { ask: ({ tokens }, { dead }) => tokens.refresh(dead.refreshToken), ends: true },
  introspect: { ask: ({ tokens }, { newest }) => tokens.introspect(newest.accessToken) },
  'find of a session that is not there': {
    ask: ({ store }, { newest }) => store.find({ subjectHash: hashSubject(newest), sid: 'gone' }),
  },
  sessions: { ask: ({ tokens }, { subject }) => tokens.sessions(subject) },
  'revoke by token': {
    ask: ({ tokens }, { newest }) => tokens.revoke({ token: newest.refreshToken }),
    ends: true,
  },
  'revoke by a sid that is not there': {
    ask: ({ tokens }, { subject }) => tokens.revoke({ subject, sid: 'x' }),
  },
  revokeAll: { ask: ({ tokens }, { subject }) => tokens.revokeAll(subject), ends: true },
  revokedSince: { ask: ({ store }) => store.revokedSince() },
  'revokedSince a cursor': { ask: ({ store }) => store.revokedSince('1,2,3') },
}

const hashSubject = ({ refreshToken }: Issued): string =>
  Buffer.from(refreshToken, 'base64url').toString('base64url', 5, 21)

const outage = { code: 'ERR_STORE_UNAVAILABLE', cause: { message: /^Redis: .* mixes replies up/ } }

t.test('R38: two commands that get the reply of each other are two outages, whichever they are', async t => {
  const world = await arrange()
  const { tokens, events, mixer } = world
  for (const [oneName, one] of Object.entries(verbs)) {
    for (const [otherName, other] of Object.entries(verbs)) {
      const [ada, bob] = [await logIn(world), await logIn(world)]
      events.length = 0
      mixer.isMixing = true
      const asked = [one.ask(world, ada), other.ask(world, bob)]
      const answers = await Promise.allSettled(asked)
      mixer.isMixing = false
      for (const answer of answers) {
        const { reason } = answer as PromiseRejectedResult
        t.match(reason, outage, `${oneName} and ${otherName}`)
      }
      t.notOk(events.some(({ type }) => type !== 'store_unavailable'))
      for (const [{ ends }, { newest }] of [
        [one, ada],
        [other, bob],
      ] as const) {
        t.ok(tokens.verify(newest.accessToken), 'nothing is remembered')
        if (!ends) {
          t.ok(await tokens.introspect(newest.accessToken), 'nobody was logged out')
          t.ok(await tokens.refresh(newest.refreshToken))
        }
      }
    }
  }
})

t.test('R38: two commands of the same session do not take the reply of each other either', async t => {
  const world = await arrange()
  const { tokens, mixer } = world
  for (const [oneName, one] of Object.entries(verbs)) {
    for (const [otherName, other] of Object.entries(verbs)) {
      const user = await logIn(world)
      mixer.isMixing = true
      const answers = await Promise.allSettled([one.ask(world, user), other.ask(world, user)])
      mixer.isMixing = false
      t.same(
        answers.map(({ status }) => status),
        ['rejected', 'rejected'],
        `${oneName} and ${otherName}`,
      )
      t.ok(tokens.verify(user.newest.accessToken), 'nothing is remembered')
    }
  }
})

const clients: Record<string, (port: number) => Promise<Connected>> = {
  ioredis: async port => {
    const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 20 })
    client.on('error', () => {})
    await once(client, 'ready')
    return { client, close: () => client.disconnect() }
  },
  'node-redis': async port => {
    const client = createClient({ url: `redis://127.0.0.1:${port}`, socket: { reconnectStrategy: () => 20 } })
    client.on('error', () => {})
    await client.connect()
    return { client, close: () => client.destroy() }
  },
}

async function throughProxy(t: Test, connect: (port: number) => Promise<Connected>) {
  const proxy = await startProxy(server.port)
  const { client, close } = await connect(proxy.port)
  t.teardown(async () => {
    close()
    await proxy.close()
  })
  const events: TokenEvent[] = []
  const tokens = createTokens({
    secret,
    store: redisStore(client),
    onEvent: event => void events.push(event),
  })
  await tokens.ready()
  await tokens.close()
  return { proxy, tokens, events }
}

for (const [name, connect] of Object.entries(clients)) {
  t.test(
    `${name}, R38: a proxy that exchanges two replies logs out nobody but the thief’s victim`,
    async t => {
      const { proxy, tokens, events } = await throughProxy(t, connect)
      const [ada, bob] = [await tokens.issue({ subject: 'ada' }), await tokens.issue({ subject: 'bob' })]
      // The token that a thief copied from bob is dead: presented, it ends his session, and nobody else's.
      const { refreshToken } = await tokens.refresh(bob.refreshToken)
      const { accessToken } = await tokens.refresh(refreshToken)
      events.length = 0
      const swapped = proxy.swapReplies()
      const answers = await Promise.allSettled([
        tokens.refresh(ada.refreshToken),
        tokens.refresh(bob.refreshToken),
      ])
      await swapped
      for (const answer of answers) {
        t.match(answer, { status: 'rejected', reason: { code: 'ERR_STORE_UNAVAILABLE', status: 503 } })
      }
      t.same(
        events.map(({ type }) => type),
        ['store_unavailable', 'store_unavailable'],
      )
      t.ok(tokens.verify(ada.accessToken))
      t.ok(await tokens.refresh(ada.refreshToken), 'the same token works afterwards')
      t.ok(tokens.verify(accessToken), 'of his end the feed will tell')
      await t.rejects(tokens.refresh(refreshToken), { code: 'ERR_INVALID_GRANT' })
    },
  )
}
