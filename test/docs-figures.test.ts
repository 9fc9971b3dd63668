// That figures which the documents mark are those of the code: `2<!-- figure redis-timeout-s --> s`. What is around a mark
// is free. What RESULTS.md calls met or missed is so by its own cells.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createTokens } from '@tokenratchet/core'
import { createHttpLayer } from '@tokenratchet/core/http'
import tokenratchet from '@tokenratchet/fastify'
import { redisStore } from '@tokenratchet/redis'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { documents } from './helpers/docs.js'
import { figuresIn, goalsIn, numberOf } from './helpers/marks.js'

const texts = await documents()
const figures = figuresIn(texts)
const secret = randomBytes(32).toString('hex')
const root = new URL('..', import.meta.url)

/** The one number that stands behind a piece of code. */
function inCode(path: string, code: string, unit = 1): number {
  const [found, ...more] = readFileSync(new URL(path, root), 'utf8').split(code).slice(1)
  const [number] = /^\d[\d_]*(\.\d+)?/.exec(found ?? '') ?? []
  if (number === undefined || more.length > 0) {
    throw new Error(`${path} has not one number behind ${code}`)
  }
  return numberOf(number) / unit
}

const milliseconds = 1000
const limits = 'packages/client/src/limits.ts'
const redis = 'packages/redis/src/store.ts'

/** What the code says, in the unit that the name ends with. */
const constants: Readonly<Record<string, number>> = {
  'claims-timeout-s': inCode('packages/core/src/verbs/current-claims.ts', 'timeout = ', milliseconds),
  'client-first-delay-s': inCode(limits, 'firstDelay = '),
  'client-kb': inCode('scripts/size.mjs', 'limit = ', 1024),
  'client-max-delay-s': inCode(limits, 'maxDelay = '),
  'client-retry-s': inCode(limits, 'retryTimeout = '),
  'client-timeout-s': inCode(limits, 'const timeout = '),
  'client-turn-s': inCode(limits, 'const turnTimeout = '),
  'clock-tolerance-s': inCode('packages/core/src/context.ts', 'clockTolerance = '),
  'feed-timeout-s': inCode('packages/core/src/sessions/feed-shard.ts', 'timeout = ', milliseconds),
  'healing-commands': inCode('packages/core/src/sessions/feed-healing.ts', 'maxParallel = '),
  'jwks-max-age-s': inCode('packages/core/src/http/routes/jwks.ts', 'maxAge = '),
  'memory-store-sessions': inCode('packages/core/src/store/memory/index.ts', 'maxSessions = '),
  'redis-buckets': inCode('packages/redis/src/keys.ts', 'buckets = '),
  'redis-timeout-ms': inCode(redis, ' timeout = '),
  'redis-timeout-s': inCode(redis, ' timeout = ', milliseconds),
  'rsa-bits': inCode('packages/core/src/keys/signing.ts', 'modulusLength < '),
}

/** Limits: whether a value is taken, and the step from the last one that is to the first that is not. */
type Limits = Readonly<Record<string, readonly [step: number, takes: (value: number) => unknown]>>

const isTaken = (make: () => unknown): boolean => {
  try {
    make()
    return true
  } catch {
    return false
  }
}

/** An app on which limits can be tried. */
async function tried(t: Test) {
  const app = Fastify()
  await app.register(tokenratchet, { secret })
  t.teardown(() => app.close())
  return app
}

async function limitsOf(t: Test): Promise<Limits> {
  const app = await tried(t)
  const client = new Redis({ lazyConnect: true })
  t.teardown(() => client.disconnect())
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const statusOf = async (payload: string): Promise<number> =>
    (await app.inject({ method: 'POST', url: '/auth/revoke', headers, payload })).statusCode
  const takesSubject = (length: number) =>
    app.tokens.issue({ subject: 'a'.repeat(length) }).then(
      () => true,
      () => false,
    )
  return {
    'body-bytes': [1, async length => (await statusOf('token='.padEnd(length, 'a'))) === 200],
    'least-staleness-s': [-1, maxStaleness => isTaken(() => createTokens({ secret, maxStaleness }))],
    'name-prefix-characters': [
      1,
      length => isTaken(() => createHttpLayer({ secret, cookie: { namePrefix: 'a'.repeat(length) } })),
    ],
    'redis-longest-timeout-ms': [1, timeout => isTaken(() => redisStore(client, { timeout }))],
    'redis-prefix-characters': [
      1,
      length => isTaken(() => redisStore(client, { prefix: 'a'.repeat(length) })),
    ],
    'secret-bytes': [
      -1,
      length => isTaken(() => createTokens({ secret: (secret + secret).slice(0, length) })),
    ],
    'subject-bytes': [1, takesSubject],
  }
}

/** The longest token that fits. The error names it, and the length that it refuses; base64url doesn't have every length. */
async function cookieTokenCharacters(t: Test): Promise<number> {
  const app = await tried(t)
  const { message } = await app.tokens.issue({ subject: 'ada', claims: { a: 'a'.repeat(4096) } }).then(
    () => new Error('it was not refused'),
    (error: Error) => error,
  )
  return Math.min(...(message.match(/\d[\d,]*/g) ?? []).map(numberOf))
}

t.test('a figure that a document marks is the one of the code', async t => {
  const all: typeof constants = { ...constants, 'cookie-token-characters': await cookieTokenCharacters(t) }
  const wrong = figures.flatMap(({ name, place, value }) => {
    const expected = all[name]
    return expected === undefined || expected === value
      ? []
      : [`${place} ${name} is ${value}, but ${expected} in the code`]
  })
  t.same(wrong, [])
})

t.test('a limit that a document marks is taken, and one beyond it is refused', async t => {
  const all = await limitsOf(t)
  for (const { name, place, value } of figures) {
    const [step = 0, takes] = all[name] ?? []
    if (takes !== undefined) {
      t.equal(await takes(value), true, `${place} ${name}: ${value} is taken`)
      t.equal(await takes(value + step), false, `${place} ${name}: ${value + step} is refused`)
    }
  }
})

t.test('every mark has a name that this file knows, and every figure is marked somewhere', async t => {
  const known = [...Object.keys(constants), ...Object.keys(await limitsOf(t)), 'cookie-token-characters']
  const unknown = figures.filter(({ name }) => !known.includes(name))
  t.same(
    unknown.map(({ name, place }) => `${place} figure ${name}: unknown`),
    [],
  )
  const marked = new Set(figures.map(({ name }) => name))
  t.same(
    known.filter(name => !marked.has(name)),
    [],
    'a number without its mark is no longer compared with the code',
  )
})

t.test('each goal of the bench is met or missed by its own bound and figures', async t => {
  const rows = goalsIn('bench/RESULTS.md', texts.get('bench/RESULTS.md') ?? '')
  t.ok(rows.length >= 20, `${rows.length} goals`)
  for (const { place, cells } of rows) {
    const [goal = '', bound = '', outcome = '', verdict = ''] = cells
    const verdicts = verdictsOf(bound, outcome)
    t.ok(verdicts.includes(verdict), `${place} ${goal}: ${outcome}, ${bound}: ${verdict}`, { verdicts })
  }
})

/** @returns the verdicts that a goal may have: of a figure that is rounded to the bound itself, both */
function verdictsOf(bound: string, outcome: string): string[] {
  const [, sign, edge] = /^([≥≤]) ([\d,.]+)$/.exec(bound) ?? []
  const figures = (outcome.match(/\d[\d,.]*/g) ?? []).map(numberOf)
  if (edge === undefined || figures.length === 0) {
    return []
  }
  const limit = numberOf(edge)
  const isMissed = figures.some(figure => (sign === '≥' ? figure < limit : figure > limit))
  const isClose = limit !== 0 && figures.includes(limit)
  return isMissed ? ['**missed**'] : isClose ? ['met', '**missed**'] : ['met']
}
