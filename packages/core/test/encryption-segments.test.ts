import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { runs } from '../../../test/helpers/effort.js'
import { allInvalid, encrypted } from './encryption-fixture.js'
import { base64url, verdict } from './fixture.js'

const invalid = 'ERR_ACCESS_TOKEN_INVALID'

t.test(
  'R20: five segments of one spelling, the second empty, vector and tag of their lengths',
  async test => {
    const made = await encrypted()
    const { token, forge, refreshToken } = made
    const segments = token.split('.')
    const at = (index: number, change: (segment: string) => string): string =>
      segments.map((segment, each) => (each === index ? change(segment) : segment)).join('.')
    const lax = ['=', '==', ' ', '\n', '\0', 'é', 'A', 'AAAA'].flatMap(more => [
      ...segments.map((_, index) => at(index, segment => segment + more)),
      ...segments.map((_, index) => at(index, segment => more + segment)),
    ])
    allInvalid(test, made, [
      ...lax,
      ...segments.map((_, index) => segments.toSpliced(index, 1).join('.')),
      ...[0, 2, 3, 4].map(index => at(index, () => '')),
      ...['.', '..'].flatMap(dots => [token + dots, dots + token, token.replace('..', `..${dots}`)]),
      ...['', '.', '....', '.....', '.'.repeat(8000), refreshToken, segments.toReversed().join('.')],
      ...['AA', base64url(randomBytes(32))].map(encryptedKey => forge({ encryptedKey })),
      ...[1, 8, 11, 13, 16, 32].map(length => forge({ iv: randomBytes(length) })),
      ...[1, 4, 8, 12, 13, 14, 15].map(tagLength => forge({ tagLength })),
      ...[`${token}AA`, at(4, segment => base64url(`${Buffer.from(segment, 'base64url')}\0`))],
      ...[
        token.toUpperCase(),
        `Bearer ${token}`,
        Buffer.from(token),
        [token],
        Object(token),
        null,
        undefined,
      ],
    ])
  },
)

t.test('R20: the last character of a segment has one spelling', async test => {
  const made = await encrypted()
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const segments = made.token.split('.')
  const variants = segments.flatMap((segment, index) =>
    Array.from(segment === '' ? '' : alphabet, last =>
      segments.with(index, segment.slice(0, -1) + last).join('.'),
    ),
  )
  allInvalid(
    test,
    made,
    variants.filter(variant => variant !== made.token),
  )
})

t.test('R24: each bit of a token counts, and parts of two tokens make none', async test => {
  const made = await encrypted()
  const { tokens, token } = made
  const { accessToken } = await tokens.issue({ subject: 'alice' })
  const [one, two] = [token.split('.'), accessToken.split('.')]
  const swapped = [2, 3, 4].map(index => one.with(index, two[index] ?? '').join('.'))
  allInvalid(test, made, [...swapped, ...[2, 3, 4].map(index => two.with(index, one[index] ?? '').join('.'))])
  const flip = (segment: string, bit: number): string => {
    const bytes = Buffer.from(segment, 'base64url')
    const index = bit % (bytes.length * 8)
    bytes[index >> 3] = (bytes[index >> 3] ?? 0) ^ (1 << (index & 7))
    return base64url(bytes)
  }
  const bits = fc.uniqueArray(fc.tuple(fc.constantFrom(0, 2, 3, 4), fc.nat(9999)), {
    minLength: 1,
    maxLength: 3,
  })
  fc.assert(
    fc.property(bits, flips => {
      const changed = flips.reduce(
        (parts, [index, bit]) => parts.with(index, flip(parts[index] ?? '', bit)),
        one,
      )
      return changed.join('.') === token || verdict(tokens, changed.join('.')) === invalid
    }),
    runs(1000),
  )
  const shaped = fc.array(fc.string({ unit: 'binary' }).map(base64url), { minLength: 5, maxLength: 5 })
  fc.assert(fc.property(shaped, parts => verdict(tokens, parts.join('.')) === invalid))
})
