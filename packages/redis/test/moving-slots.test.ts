// What a Cluster says while a slot moves, in the words of both libraries, by a client that says it in the server's place.
import { randomBytes } from 'node:crypto'
import { createTokens, type Store } from '@tokenratchet/core'
import { type RedisClient, redisStore } from '@tokenratchet/redis'
import { Redis } from 'ioredis'
import t from 'tap'
import { startRedis } from '../../../test/helpers/redis.js'

const server = await startRedis()
const redis = new Redis(server.port, '127.0.0.1')
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})
t.beforeEach(() => redis.flushall())

/** A client in front of the real one that throws these errors first; it notes the names of the commands. */
function clientThatThrows(shape: 'ioredis' | 'node-redis', errors: Error[]) {
  const sent: string[] = []
  const ask = async (name: string, script: string, keys: readonly string[], args: readonly string[]) => {
    sent.push(name)
    const error = errors.shift()
    if (error) {
      throw error
    }
    return redis.call(name, script, keys.length, ...keys, ...args)
  }
  const ofIoredis =
    (name: string) =>
    (script: string, count: number, ...rest: string[]) =>
      ask(name, script, rest.slice(0, count), rest.slice(count))
  const ofNodeRedis = (name: string) => (script: string, given: { keys: string[]; arguments: string[] }) =>
    ask(name, script, given.keys, given.arguments)
  const client: RedisClient | object =
    shape === 'ioredis'
      ? { evalsha: ofIoredis('evalsha'), eval: ofIoredis('eval'), call: ask, isCluster: false }
      : { evalSha: ofNodeRedis('evalsha'), eval: ofNodeRedis('eval'), multi: ask, isOpen: true }
  return { client: client as RedisClient, sent, errors }
}

const tryAgain = 'TRYAGAIN Multiple keys request during rehashing of slot'
const ref = { subjectHash: 'AAAAAAAAAAAAAAAAAAAAAA', sid: 'one' }
const session = { ...ref, idleTimeout: 60, lifetime: 600, data: '' }

const methods: Record<string, (store: Store) => Promise<unknown>> = {
  create: store => store.create(session, { perSubject: 2, keepFor: 900 }),
  rotate: store => store.rotate(ref, { generation: 0, recovery: 60, keepFor: 900 }),
  find: store => store.find(ref),
  list: store => store.list(ref.subjectHash),
  revokedSince: store => store.revokedSince(),
  delete: store => store.delete(ref, { keepFor: 900 }),
  deleteAll: store => store.deleteAll(ref.subjectHash, { keepFor: 900 }),
}

for (const shape of ['ioredis', 'node-redis'] as const) {
  t.test(`R26, ${shape}: each method tries again while its slot moves`, async t => {
    const { client, errors } = clientThatThrows(shape, [])
    const store = redisStore(client)
    for (const [name, call] of Object.entries(methods)) {
      errors.push(...Array.from({ length: 3 }, () => new Error(tryAgain)))
      await t.resolves(call(store), name)
      t.equal(errors.length, 0, `${name} was refused three times`)
    }
  })
}

t.test('R27: an ending that is tried again after it has run gives the same answer', async t => {
  const { client } = clientThatThrows('ioredis', [])
  const evalsha = (client as { evalsha: (...args: unknown[]) => Promise<unknown> }).evalsha
  let isLosing = false
  const losing = Object.assign(client, {
    async evalsha(...args: unknown[]) {
      const reply = await evalsha(...args)
      if (isLosing) {
        isLosing = false
        throw new Error(tryAgain)
      }
      return reply
    },
  })
  const events: string[] = []
  const tokens = createTokens({
    secret: randomBytes(32).toString('base64url'),
    store: redisStore(losing),
    onEvent: ({ type }) => void events.push(type),
  })
  const { refreshToken } = await tokens.issue({ subject: 'alice' })
  // The scripts are known from here on, so that the next EVALSHA is the one that ends the session.
  await tokens.revoke({ token: (await tokens.issue({ subject: 'alice' })).refreshToken })
  events.length = 0
  isLosing = true
  await tokens.revoke({ token: refreshToken })
  t.notOk(isLosing)
  t.same(events, ['revoked'])
})

t.test('R26: nothing is sent again after the deadline, and the error says why', async t => {
  const { client, sent, errors } = clientThatThrows('node-redis', [])
  const store = redisStore(client, { timeout: 2000 })
  await store.list(ref.subjectHash)
  errors.push(...Array.from({ length: 10_000 }, () => new Error(tryAgain)))
  const { now } = performance
  const { setTimeout } = globalThis
  t.teardown(() => Object.assign(globalThis, { setTimeout }) && Object.assign(performance, { now }))
  let time = 0
  const waits: number[] = []
  performance.now = () => time
  globalThis.setTimeout = ((run: () => void, after = 0) => {
    // The deadline itself, and timers of other tests in this process.
    if (after > 200) {
      return setTimeout(run, after)
    }
    waits.push(after)
    time += after
    setImmediate(run)
    return { unref: () => undefined }
  }) as unknown as typeof setTimeout
  sent.length = 0
  await t.rejects(store.list(ref.subjectHash), {
    code: 'ERR_STORE_UNAVAILABLE',
    cause: { message: /TRYAGAIN/ },
  })
  t.ok(time < 2000, `the last attempt was at ${time} ms`)
  t.ok(time > 1700, `the deadline is used: ${time} ms`)
  t.equal(sent.length, waits.length + 1)
  t.ok(waits.length >= 9 && waits.length <= 30, `${waits.length} waits`)
  t.not(waits.at(-1), waits.at(-2), 'by chance')
})

const notKnown: Record<string, Error> = {
  'plainly, as Redis does': new Error('NOSCRIPT No matching script. Please use EVAL.'),
  'after too many redirections, as ioredis does': new Error(
    'Too many Cluster redirections. Last error: ReplyError: NOSCRIPT No matching script. Please use EVAL.',
  ),
  'as the cause, as node-redis does': new Error('Too many Cluster redirections', {
    cause: new Error('NOSCRIPT No matching script.'),
  }),
}

t.test(
  'R28: a script is sent as a whole, however the client says that the server does not know it',
  async t => {
    for (const shape of ['ioredis', 'node-redis'] as const) {
      for (const [name, error] of Object.entries(notKnown)) {
        const { client, sent } = clientThatThrows(shape, [error])
        await redisStore(client).list(ref.subjectHash)
        t.same(sent, ['evalsha', 'eval'], `${shape}, ${name}`)
      }
    }
  },
)

t.test('an error that quotes NOSCRIPT or TRYAGAIN from the arguments is neither', async t => {
  for (const code of ['NOSCRIPT', 'TRYAGAIN']) {
    const error = new Error(`ERR unknown command 'EVALSHA', with args beginning with: '${code}'`)
    const { client, sent } = clientThatThrows('ioredis', [error])
    await t.rejects(redisStore(client).list(ref.subjectHash), { code: 'ERR_STORE_UNAVAILABLE' })
    t.same(sent, ['evalsha'])
  }
})
