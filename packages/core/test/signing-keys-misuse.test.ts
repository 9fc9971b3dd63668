import { createSecretKey, generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import t from 'tap'
import { randomSecret } from './fixture.js'
import { jwkOf, keyPair, pkcs8, spki } from './signing-fixture.js'
import { refusal, shown } from './signing-refusal.js'

const secret = randomSecret()
const [ed, ec, rsa] = [keyPair('EdDSA'), keyPair('ES256'), keyPair('RS256')]
const good = keyPair('EdDSA').privateKey

const certificate = `-----BEGIN CERTIFICATE-----\n${'MIIBszCCAVmgAwIBAgIUQ2h1Y2sgTm9ycmlz'.repeat(4)}\n-----END CERTIFICATE-----\n`
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
const odd = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 })
const pss = generateKeyPairSync('rsa-pss', { modulusLength: 1024 })
const curve = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve })
const passphrase = { format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const
const encrypted = [
  rsa.privateKey.export({ type: 'pkcs8', ...passphrase }).toString(),
  rsa.privateKey.export({ type: 'pkcs1', ...passphrase }).toString(),
]

const flaws: [flaw: RegExp, entries: unknown[]][] = [
  [/2048 bits or more \(got 1024\)/, [weak.privateKey, pkcs8(weak.privateKey), jwkOf(weak.publicKey)]],
  [/exponent of 65537/, [odd.privateKey, odd.publicKey, { ...jwkOf(rsa.publicKey), e: 'AQ' }]],
  [/RSA key \(got rsa-pss\)$/, [pss.privateKey, pkcs8(pss.privateKey), spki(pss.publicKey)]],
  ...['secp256k1', 'secp384r1', 'secp521r1'].map((name): [RegExp, unknown[]] => {
    const { privateKey, publicKey } = curve(name)
    const forms = [privateKey, publicKey, pkcs8(privateKey), spki(publicKey), jwkOf(privateKey)]
    return [new RegExp(`Ed25519, P-256 or RSA key \\(got ${name}\\)$`), forms]
  }),
  [
    /RSA key \(got ed448\)$/,
    [generateKeyPairSync('ed448').privateKey, jwkOf(generateKeyPairSync('ed448').publicKey)],
  ],
  [/RSA key \(got x25519\)$/, [generateKeyPairSync('x25519').privateKey]],
  [
    /RSA key \(got dsa\)$/,
    [generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).privateKey],
  ],
  [/is symmetric/, [createSecretKey(Buffer.alloc(32, 7)), { kty: 'oct', k: secret }, { kty: 'oct' }]],
  [/is a certificate/, [certificate]],
  [
    /must be one key \(got 2 PEM blocks/,
    [pkcs8(good) + certificate, certificate + pkcs8(good), pkcs8(good) + spki(ed.publicKey)],
  ],
  [/is encrypted/, encrypted],
  [
    /must be a key: a PEM text/,
    [
      ...[
        null,
        undefined,
        true,
        5,
        5n,
        Symbol('key'),
        {},
        [],
        [ed.privateKey],
        () => ed.privateKey,
        new Map(),
      ],
      ...['', 'garbage', secret, JSON.stringify(jwkOf(ed.privateKey)), Buffer.from(pkcs8(ed.privateKey))],
      ...[pkcs8(ed.privateKey).replaceAll('\n', '\\n'), pkcs8(ed.privateKey).slice(0, -20)],
      ...[pkcs8(ed.privateKey).replace(/\n./, '\n!'), spki(ec.publicKey).replaceAll('PUBLIC', 'PRIVATE')],
      rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }),
      ...[{ keys: [jwkOf(ed.privateKey)] }, { kty: 'EC' }, { kty: 5 }, { kty: 'RSA', n: 'AQAB' }],
      ...[
        { ...jwkOf(ec.publicKey), y: jwkOf(ec.publicKey).x },
        { ...jwkOf(ed.privateKey), d: 'short' },
      ],
      { ...jwkOf(rsa.privateKey), p: undefined },
      crypto.subtle,
    ],
  ],
]

t.test('R23: what is no key for access tokens is refused by its place and its flaw', async test => {
  for (const [message, entries] of flaws) {
    for (const entry of entries) {
      const alone = Array.isArray(entry) || entry === undefined ? undefined : refusal(entry)
      const rows = [refusal([entry]), refusal([good, entry])]
      test.match(rows[0], { message: /^signingKeys\[0\] / }, inspect(entry))
      test.match(rows[1], { message: /^signingKeys\[1\] / }, inspect(entry))
      test.match(alone ?? rows[0], { name: 'TypeError', message })
      test.strictSame(shown([...rows, alone], entry), [], 'R31: and nothing of it is shown')
    }
  }
  test.match(refusal([]), { message: 'signingKeys must not be an empty ring' })
  test.match(refusal([good, undefined, ed.privateKey]), { message: /^signingKeys\[1\] must be a key/ })
})

t.test('the first key of a ring is private, and no key is there twice', async test => {
  for (const key of [ed.publicKey, spki(ec.publicKey), jwkOf(rsa.publicKey)]) {
    test.match(refusal(key), {
      message: 'signingKeys must be a private key: the first key of the ring signs',
    })
    test.match(refusal([key, good]), { message: /^signingKeys\[0\] must be a private key/ })
  }
  for (const { privateKey, publicKey } of [ed, ec, rsa]) {
    const again = [privateKey, publicKey, { ...jwkOf(privateKey), kid: 'other' }, spki(publicKey)]
    for (const key of again) {
      test.match(refusal([good, privateKey, key]), { message: 'signingKeys[2] is in the ring twice' })
    }
  }
})
