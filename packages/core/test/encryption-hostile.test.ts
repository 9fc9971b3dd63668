import { randomBytes } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { encrypted } from './encryption-fixture.js'
import { base64url, randomSecret, verdict } from './fixture.js'
import { keyPair } from './signing-fixture.js'

const invalid = 'ERR_ACCESS_TOKEN_INVALID'
type Made = Awaited<ReturnType<typeof encrypted>>

/** Each is refused, and told once; the genuine token and a forged one that is right still pass. */
function allInvalid(test: Pick<typeof t, 'equal' | 'strictSame'>, made: Made, variants: unknown[]): void {
  const { tokens, token, forge, events } = made
  events.splice(0)
  test.strictSame(
    variants.filter(variant => verdict(tokens, variant) !== invalid),
    [],
  )
  const refused = { type: 'refused', credential: 'access_token', reason: 'invalid' }
  test.strictSame(events, Array(variants.length).fill(refused))
  test.equal(tokens.verify(token).sub, 'alice')
  test.equal(tokens.verify(forge()).sub, 'bob')
}

t.test('R19: a header has our four members, as we write them, and no other', async test => {
  const made = await encrypted()
  const { forge, kid, header } = made
  const wrong: Record<string, unknown[]> = {
    alg: [
      undefined,
      'none',
      'Dir',
      'DIR',
      'A256KW',
      'A256GCMKW',
      'ECDH-ES',
      'RSA-OAEP',
      'PBES2-HS256+A128KW',
      ['dir'],
    ],
    enc: [
      undefined,
      'A128GCM',
      'A192GCM',
      'a256gcm',
      'A256CBC-HS512',
      'A128CBC-HS256',
      'none',
      null,
      ['A256GCM'],
    ],
    cty: [undefined, 'jwt', 'Jwt', 'application/jwt', 'at+jwt', 'JWT ', '', null, ['JWT']],
    kid: [undefined, 'unknown', '', `${kid}=`, [kid], { [kid]: 1 }, 5, null, '__proto__', 'toString'],
  }
  const more = {
    ...{
      zip: 'DEF',
      p2c: 1,
      p2s: 'x',
      apu: 'x',
      apv: 'x',
      epk: {},
      crit: [],
      jku: 'https://evil.test',
      jwk: {},
    },
    ...{ x5c: ['MII'], x5u: 'https://evil.test', x5t: 'x', 'x5t#S256': 'x', iv: 'x', tag: 'x', typ: 'JWT' },
    ...{ iss: 'x', sub: 'x', aud: 'x', exp: 1, b64: true, constructor: 1, '': null },
  }
  const text = JSON.stringify(header)
  const raw = ['', ' ', '[]', `[${text}]`, '"x"', 'null', '5', text.slice(0, -1), `${text},`, `\ufeff${text}`]
  allInvalid(test, made, [
    ...Object.entries(wrong).flatMap(([name, values]) =>
      values.map(value => forge({ header: { [name]: value } })),
    ),
    ...Object.entries(more).map(([name, value]) => forge({ header: { [name]: value } })),
    ...raw.map(each => forge({ text: each })),
    forge({ text: text.replace('{', '{"__proto__":{},') }),
    forge({ text: `{"__proto__":${text}}` }),
    forge({ header: { zip: 'DEF' }, inner: deflateRawSync(made.signed) }),
  ])
})

t.test('R19: keys of another secret, issuer or use do not open a token', async test => {
  const made = await encrypted()
  const { forge, key, signed } = made
  const { key: foreign, kid } = await encrypted({ issuer: 'https://other.test' })
  const other = await encrypted({ secret: randomSecret() })
  allInvalid(test, made, [
    ...[foreign, randomBytes(32), Buffer.alloc(32)].map(each => forge({ key: each })),
    forge({ key: foreign, header: { kid } }),
    ...[other.token, other.forge({ inner: signed }), other.forge({ key, inner: signed })],
  ])
})

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
    { numRuns: 1000 },
  )
  const shaped = fc.array(fc.string({ unit: 'binary' }).map(base64url), { minLength: 5, maxLength: 5 })
  fc.assert(fc.property(shaped, parts => verdict(tokens, parts.join('.')) === invalid))
})

t.test('R20: what is inside is a signed token of ours; nothing else is, signed or not', async test => {
  for (const signingKeys of [undefined, keyPair('EdDSA').privateKey]) {
    const made = await encrypted({ signingKeys })
    const { forge, signed, token, plain, tokens } = made
    const [header = '', payload = ''] = signed.split('.')
    const foreign = await encrypted({ signingKeys: signingKeys && keyPair('EdDSA').privateKey })
    const none = `${base64url('{"alg":"none","typ":"at+jwt"}')}.${payload}.`
    const inner = [
      ...['', '.', '..', payload, Buffer.from(payload, 'base64url'), `${header}.${payload}.`, none],
      ...[token, forge(), foreign.signed, `${signed}\0`, ` ${signed}`, `${signed}=`, `${signed}\xff`],
      Buffer.concat([Buffer.from(signed), Buffer.from([0xff])]),
    ]
    allInvalid(test, made, [...inner.map(each => forge({ inner: each })), signed])
    test.equal(verdict(plain, token), invalid)
    test.equal(verdict(plain, forge()), invalid)
    test.equal(await tokens.revoke({ token: signed }), undefined, 'a bare token is nothing to revoke by')
  }
})
