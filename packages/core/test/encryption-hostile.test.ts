import { randomBytes } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import t from 'tap'
import { allInvalid, encrypted } from './encryption-fixture.js'
import { base64url, randomSecret, verdict } from './fixture.js'
import { keyPair } from './signing-fixture.js'

const invalid = 'ERR_ACCESS_TOKEN_INVALID'
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
