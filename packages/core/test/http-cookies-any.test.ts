import { randomBytes } from 'node:crypto'
import { TokenError } from '@tokenratchet/core'
import { createSeam } from '@tokenratchet/core/http'
import { fakeClock } from '@tokenratchet/core/testing'
import fc from 'fast-check'
import t from 'tap'
import { guard } from './ask.js'

const clock = fakeClock()
const seam = createSeam({ secret: randomBytes(32).toString('base64url'), now: clock.now })
const { accessToken: token } = await seam.tokens.issue({ subject: 'ada' })
const name = '__Host-access_token'

/** The subject whom the guard sees, or the code of its refusal. */
function seen(cookies: string[]): string {
  try {
    return guard(seam, { method: 'GET', headers: { cookie: cookies.join(';') } })?.sub ?? 'nobody'
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
    .filter(cookie => !/^[ \t]*__Host-access_token[ \t]*=/.test(cookie)),
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

t.test('R17: two of our name are never a credential, wherever they stand', async t => {
  const refused = fc.property(
    otherCookies,
    otherCookies,
    ourCookie,
    value,
    (before, between, ours, other) => {
      const both = [...before, ours, ...between, `${name}=${other}`]
      return [both, both.toReversed()].every(cookies => seen(cookies) === 'ERR_ACCESS_TOKEN_MISSING')
    },
  )
  t.doesNotThrow(() => fc.assert(refused))
})

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
