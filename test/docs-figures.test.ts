// That figures in the documents are those of the code, and what RESULTS.md calls met or missed is so by its own figures.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createTokens } from '@tokenratchet/core'
import { createHttpLayer } from '@tokenratchet/core/http'
import tokenratchet from '@tokenratchet/fastify'
import { redisStore } from '@tokenratchet/redis'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import t from 'tap'
import { cellsOf, documents } from './helpers/docs.js'

const texts = await documents()
const secret = randomBytes(32).toString('hex')

const numberOf = (text: string): number => Number(text.replace(/[,_]/g, ''))

/** The one number that stands for `#` in a pattern, wherever its lines break. */
function figureIn(text: string, pattern: string): number {
  const found = [
    ...text.replace(/\s+/g, ' ').matchAll(new RegExp(pattern.replace('#', '(\\d[\\d,_.]*\\b)'), 'g')),
  ]
  if (found.length !== 1) {
    throw new Error(`${found.length} times ${pattern}`)
  }
  return numberOf(found[0]?.[1] ?? '')
}

const stated = (file: string, pattern: string): number => figureIn(texts.get(file) ?? '', pattern)

t.test('constants are those of the source', async t => {
  const root = new URL('..', import.meta.url)
  const inCode = (path: string, pattern: string, unit = 1): number =>
    figureIn(readFileSync(new URL(path, root), 'utf8'), pattern) / unit
  const milliseconds = 1000
  const tolerance = inCode('packages/core/src/context.ts', 'clockTolerance = #')
  const shard = 'packages/core/src/sessions/feed-shard.ts'
  const buckets = inCode('packages/redis/src/keys.ts', 'buckets = #')
  const timeout = inCode('packages/redis/src/store.ts', ' timeout = #')
  const size = inCode('scripts/size.mjs', 'limit = #', 1024)
  const limits = 'packages/client/src/limits.ts'
  const trying = inCode(limits, 'retryTimeout = #')
  const hook = inCode('packages/core/src/verbs/current-claims.ts', 'timeout = #', milliseconds)
  const client = 'packages/client/README.md'
  for (const [file, pattern, constant] of [
    [
      'README.md',
      'The memory store holds #',
      inCode('packages/core/src/store/memory/index.ts', 'maxSessions = #'),
    ],
    ['README.md', 'no answer within # s', hook],
    ['README.md', 'is optional, and # kB', size],
    [client, 'At most # kB', size],
    [client, 'After up to # s of trying that answer', trying],
    [client, 'After up to # s of trying a rejection', trying],
    [client, 'no answer in # s', inCode(limits, 'const timeout = #')],
    [client, 'takes longer than # s', inCode(limits, 'const timeout = #')],
    [client, 'asked again in # s', inCode(limits, 'firstDelay = #')],
    [client, 'and so on to # s', inCode(limits, 'maxDelay = #')],
    [client, 'holds others up for # s', inCode(limits, 'const turnTimeout = #')],
    ['SECURITY.md', 'within # seconds of each other', tolerance],
    ['docs/guarantees.md', 'and # s where clocks differ', tolerance],
    ['docs/guarantees.md', 'The window is `accessTokenLifetime` and # s', tolerance],
    ['docs/protocol.md', 'at most # seconds ahead', tolerance],
    ['docs/protocol.md', 'after the lifetime and # seconds', tolerance],
    ['docs/requirements.md', 'beyond # seconds', tolerance],
    ['packages/redis/README.md', "token's lifetime and # s", tolerance],
    ['docs/guarantees.md', 'has # s for a read of the feed', inCode(shard, 'timeout = #', milliseconds)],
    [
      'docs/guarantees.md',
      'takes # commands at a time',
      inCode('packages/core/src/sessions/feed-healing.ts', 'maxParallel = #'),
    ],
    ['docs/guarantees.md', 'in a Cluster # a second, one for each bucket', buckets],
    ['docs/protocol.md', '# buckets of subjects', buckets],
    ['packages/redis/README.md', 'one of # buckets', buckets],
    ['packages/redis/README.md', '`timeout` \\| `#`', timeout],
    ['docs/protocol.md', 'has a deadline \\(# s\\)', timeout / milliseconds],
    ['docs/http.md', 'max-age=#', inCode('packages/core/src/http/routes/jwks.ts', 'maxAge = #')],
    ['docs/protocol.md', 'RS256 \\(# bits', inCode('packages/core/src/keys/signing.ts', 'modulusLength < #')],
  ] as const) {
    t.equal(stated(file, pattern), constant, `${file}: ${pattern}`)
  }
})

t.test('what is called the most or the least is taken, and one more or less is refused', async t => {
  const isTaken = (make: () => unknown): boolean => {
    try {
      make()
      return true
    } catch {
      return false
    }
  }
  const app = Fastify()
  await app.register(tokenratchet, { secret })
  t.teardown(() => app.close())
  const client = new Redis({ lazyConnect: true })
  t.teardown(() => client.disconnect())
  const takesBody = async (length: number): Promise<boolean> => {
    const payload = 'token='.padEnd(length, 'a')
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return (await app.inject({ method: 'POST', url: '/auth/revoke', headers, payload })).statusCode === 200
  }
  const takesSecret = (length: number) =>
    isTaken(() => createTokens({ secret: (secret + secret).slice(0, length) }))
  const takesStaleness = (maxStaleness: number) => isTaken(() => createTokens({ secret, maxStaleness }))
  const takesTimeout = (timeout: number) => isTaken(() => redisStore(client, { timeout }))
  const takesPrefix = (length: number) => isTaken(() => redisStore(client, { prefix: 'a'.repeat(length) }))
  const takesNamePrefix = (length: number) =>
    isTaken(() => createHttpLayer({ secret, cookie: { namePrefix: 'a'.repeat(length) } }))
  const takesSubject = (length: number) =>
    app.tokens.issue({ subject: 'a'.repeat(length) }).then(
      () => true,
      () => false,
    )
  for (const [file, pattern, step, takes] of [
    ['README.md', 'text of 1 to # bytes', 1, takesSubject],
    ['README.md', '413 to more than # bytes', 1, takesBody],
    ['docs/http.md', 'longer than # bytes', 1, takesBody],
    ['README.md', '# random bytes or more', -1, takesSecret],
    ['docs/requirements.md', 'HMAC secrets of at least # bytes', -1, takesSecret],
    ['README.md', 'at most # characters', 1, takesNamePrefix],
    ['README.md', 'from # s up', -1, takesStaleness],
    ['docs/guarantees.md', '# s or more\\)', -1, takesStaleness],
    ['packages/redis/README.md', 'milliseconds, up to #, that a call', 1, takesTimeout],
    ['packages/redis/README.md', '1 to # characters without', 1, takesPrefix],
  ] as const) {
    const last = stated(file, pattern)
    t.equal(await takes(last), true, `${file}: ${pattern}`)
    t.equal(await takes(last + step), false, `${file}: ${pattern}, beyond it`)
  }
  // Not every length is one of base64url: whoever is refused is told what fits.
  for (const [file, pattern] of [
    ['README.md', 'a cookie holds a token of # characters'],
    ['docs/keys.md', 'fit into a cookie \\(# characters'],
    ['docs/protocol.md', 'a cookie is the whole: # characters'],
  ] as const) {
    const tooLarge = app.tokens.issue({ subject: 'ada', claims: { a: 'a'.repeat(4096) } })
    await t.rejects(tooLarge, { message: new RegExp(` ${stated(file, pattern)} fit\\.`) }, file)
  }
})

/** What a goal asks of each of its figures: one of these. */
const bounds: readonly [RegExp, (bound: number) => { least?: number; most?: number }][] = [
  [/\bat least ([\d,.]*\d)/, least => ({ least })],
  [/\bat most ([\d,.]*\d)/, most => ({ most })],
  [/(?<!at least |[\d,.])([\d,.]*\d) times as fast\b/, least => ({ least })],
  [/\bwithin (\d+) % of\b/, percent => ({ least: (100 - percent) / 100 })],
]

/** @returns the verdicts that it may have: of a figure that is rounded to the bound itself, both */
function verdictsOf(goal: string, outcome: string): string[] {
  const [bound, ...more] = bounds.flatMap(([pattern, make]) => {
    const [, figure] = pattern.exec(goal) ?? []
    return figure === undefined ? [] : [make(numberOf(figure))]
  })
  const [, one = '', other, calls = '0'] =
    /^([\d,.]+)(?: by requests, ([\d,.]+) by CPU)?(?:, (\d+) calls of the store by all that is refused)?$/.exec(
      outcome,
    ) ?? []
  if (bound === undefined || more.length > 0 || one === '') {
    return []
  }
  const { least = -Infinity, most = Infinity } = bound
  const figures = [one, ...(other === undefined ? [] : [other])].map(numberOf)
  const isMissed = calls !== '0' || figures.some(figure => figure < least || figure > most)
  const isClose = figures.some(figure => figure === least || figure === most)
  return isMissed ? ['**missed**'] : isClose ? ['met', '**missed**'] : ['met']
}

t.test('each goal of the bench is met or missed by its own text and figures', async t => {
  const results = texts.get('bench/RESULTS.md') ?? ''
  const rows = [...results.matchAll(/^\| goal \|.*\n\|.*\n((?:\|.*(?:\n|$))+)/gm)].flatMap(([, body = '']) =>
    body.trim().split('\n').map(cellsOf),
  )
  t.ok(rows.length >= 20, `${rows.length} goals`)
  for (const [goal = '', outcome = '', verdict = ''] of rows) {
    const verdicts = verdictsOf(goal, outcome)
    t.ok(verdicts.includes(verdict), `${goal}: ${outcome}: ${verdict}`, { verdicts })
  }
})
