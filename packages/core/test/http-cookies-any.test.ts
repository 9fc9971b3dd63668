import { randomBytes } from 'node:crypto'
import { type Issued, TokenError } from '@tokenratchet/core'
import { createHttpLayer } from '@tokenratchet/core/http'
import { fakeClock } from '@tokenratchet/core/testing'
import fc from 'fast-check'
import t from 'tap'
import { answer, guard } from './ask.js'

const clock = fakeClock()
const layer = createHttpLayer({ secret: randomBytes(32).toString('base64url'), now: clock.now })
const first = await layer.tokens.issue({ subject: 'ada' })
const { refreshToken: bodyToken } = await layer.tokens.issue({ subject: 'ada', transport: 'body' })
clock.advance(60)
const { accessToken: token } = await layer.tokens.issue({ subject: 'ada' })
const name = '__Host-access_token'
type Pair = [name: typeof name | '__Host-refresh_token', value: string]

/** The subject whom the guard sees, or the code of its refusal. */
function seen(cookies: string[]): string {
  try {
    return guard(layer, { method: 'GET', headers: { cookie: cookies.join(';') } })?.sub ?? 'nobody'
  } catch (error) {
    return error instanceof TokenError ? error.code : `${error}`
  }
}

const blank = fc.constantFrom('', ' ', '\t', ' \t ')
const nearlyOurs = [
  `${name}x`,
  `x${name}`,
  `${name} x`,
  `\u00a0${name}`,
  name.toLowerCase(),
  'access_token',
  '',
]
const otherName = fc
  .oneof(fc.constantFrom(...nearlyOurs), fc.string({ unit: 'binary', maxLength: 12 }))
  .map(text => text.replace(/[;=]/g, ''))
const value = fc
  .oneof(fc.constantFrom(`${name}=${token}`, token, ''), fc.string({ unit: 'binary', maxLength: 20 }))
  .map(text => text.replaceAll(';', ''))
const otherCookies = fc.array(
  fc
    .tuple(otherName, fc.constantFrom('=', ''), value)
    .map(parts => parts.join(''))
    .filter(cookie => !/^[ \t]*__Host-(access|refresh)_token[ \t]*=/.test(cookie)),
  { maxLength: 12 },
)
const ourCookie = fc
  .tuple(blank, blank, blank, blank)
  .map(([first, second, third, last]) => `${first}${name}${second}=${third}${token}${last}`)

t.test('our cookie is found among any others, wherever it stands', async t => {
  const found = fc.property(
    otherCookies,
    otherCookies,
    ourCookie,
    (before, after, ours) => seen([...before, ours, ...after]) === 'ada',
  )
  t.doesNotThrow(() => fc.assert(found))
})

/** Of a value among ours: what we did not sign, or a token of a session. */
const sessions: Readonly<Record<string, readonly Pair[]>> = {
  ada: [...pairsOf(first), ...pairsOf(await layer.tokens.refresh(first.refreshToken))],
  mallory: pairsOf(await layer.tokens.issue({ subject: 'mallory' })),
  eve: pairsOf(await layer.tokens.issue({ subject: 'eve' })),
}
const ofSession = (subject: string) => fc.constantFrom(...(sessions[subject] ?? []))
const garbage: fc.Arbitrary<Pair> = fc.tuple(
  fc.constantFrom<Pair[0][]>(name, '__Host-refresh_token'),
  fc.oneof(
    fc.constantFrom('', 'x', 'e30.e30.e30', bodyToken, `${token}x`, 'A'.repeat(100)),
    fc.string({ unit: 'binary', maxLength: 20 }).map(text => text.replaceAll(';', '')),
  ),
)
const few = (pair: fc.Arbitrary<Pair>) => fc.array(pair, { maxLength: 6 })
const newest = (pairs: readonly Pair[]): readonly Pair[] => pairs.slice(-2)

t.test('R17: among any garbage and older tokens of the session its newest tokens count', async t => {
  const mixed = fc
    .tuple(few(garbage), few(ofSession('ada')))
    .chain(([some, older]) => shuffled([...some, ...older, ...newest(sessions['ada'] ?? [])]))
  const found = fc.asyncProperty(mixed, otherCookies, async (pairs, others) => {
    const cookies = [...pairs.map(pair => pair.join('=')), ...others]
    return seen(cookies) === 'ada' && (await isFresh(cookies)) === 200
  })
  await t.resolves(fc.assert(found))
})

t.test('R17: among tokens of two sessions, of which one came twice, none is a credential', async t => {
  const mixed = fc
    .tuple(
      few(garbage),
      ofSession('ada'),
      ofSession('mallory'),
      few(fc.oneof(...['ada', 'eve'].map(ofSession))),
    )
    .filter(([garbage, ada, mallory, others]) => hasDuplicates([...garbage, ada, mallory, ...others]))
    .chain(([some, ada, mallory, others]) => shuffled([...some, ada, mallory, ...others]))
  const refused = fc.asyncProperty(mixed, otherCookies, async (pairs, others) => {
    const cookies = [...pairs.map(pair => pair.join('=')), ...others]
    return seen(cookies) === 'ERR_ACCESS_TOKEN_MISSING' && (await isFresh(cookies)) === 400
  })
  await t.resolves(fc.assert(refused))
})

function pairsOf({ accessToken, refreshToken }: Pick<Issued, 'accessToken' | 'refreshToken'>): Pair[] {
  return [
    [name, accessToken],
    ['__Host-refresh_token', refreshToken],
  ]
}

function shuffled(pairs: readonly Pair[]): fc.Arbitrary<Pair[]> {
  return fc.shuffledSubarray([...pairs], { minLength: pairs.length })
}

/** As the values arrive: trimmed. */
function hasDuplicates(pairs: readonly Pair[]): boolean {
  const different = new Map(
    pairs.map(([name, value]) => [`${name}=${value.replace(/^[ \t]+|[ \t]+$/g, '')}`, name]),
  )
  const names = [...different.values()]
  return new Set(names).size < names.length
}

/** The status of a refresh that uses no token up. */
async function isFresh(cookies: string[]): Promise<number | undefined> {
  const headers = { cookie: cookies.join(';'), 'sec-fetch-site': 'same-origin' }
  const [refresh] = layer.routes
  return (await answer(refresh, { method: 'POST', headers, body: { if_stale: 'true' } }))?.status
}

t.test('R16: no Cookie header takes long to read', async t => {
  const blanks = `${name}=x${' \t'.repeat(8000)}x`
  const times = [1, 2, 3].map(() => {
    const start = performance.now()
    t.equal(seen([blanks]), 'ERR_ACCESS_TOKEN_INVALID')
    return performance.now() - start
  })
  // The least of three: a busy machine slows one down, not the algorithm.
  t.ok(Math.min(...times) < 20, `16 KB took ${Math.min(...times).toFixed(1)} ms`)
})
