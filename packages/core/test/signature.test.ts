// Signatures by the published vectors, and by what node:crypto and two other libraries say of them.
import { createHmac, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto'
import fc from 'fast-check'
import { createSigner, createVerifier } from 'fast-jwt'
import { compactVerify, SignJWT } from 'jose'
import t from 'tap'
import { hs256, signerOf, verifierOf } from '#internal/access-token/signature'
import { HmacSha256 } from '#internal/keys/hmac'
import { runs } from '../../../test/helpers/effort.js'
import { type Algorithm, algorithms, keyPair } from './signing-fixture.js'

const bytes = (text: string) => Buffer.from(text, 'base64url')

t.test('HMAC-SHA-256 is that of RFC 4231', async t => {
  const repeated = (byte: number, length: number) => Buffer.alloc(length, byte)
  const counted = Buffer.from(Array.from({ length: 25 }, (_, index) => index + 1))
  const cases: [key: Buffer, message: Buffer | string, mac: string][] = [
    [repeated(0x0b, 20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      Buffer.from('Jefe'),
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      repeated(0xaa, 20),
      repeated(0xdd, 50),
      '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    ],
    [counted, repeated(0xcd, 50), '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b'],
  ]
  for (const [key, message, mac] of cases) {
    t.equal(new HmacSha256(key).bytes(message).toString('hex'), mac)
  }
  t.throws(() => new HmacSha256(repeated(0xaa, 131)), RangeError, 'such a key would be hashed first')
  t.throws(() => new HmacSha256(Buffer.alloc(0)), RangeError)
})

t.test('HMAC-SHA-256 is that of node:crypto for any key and message, one after the other', async t => {
  const key = fc.uint8Array({ minLength: 1, maxLength: 64 })
  const message = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(8191, 8192, 8193, 20_000))
  const property = fc.property(key, fc.array(message, { minLength: 1, maxLength: 5 }), (key, messages) => {
    const mac = new HmacSha256(Buffer.from(key))
    const kept = messages.map(each => {
      const message = typeof each === 'number' ? randomBytes(each) : each
      const expected = createHmac('sha256', key).update(message).digest()
      return { mac: mac.bytes(message), expected, text: mac.base64url(message) }
    })
    return kept.every(
      ({ mac, expected, text }) => mac.equals(expected) && text === expected.toString('base64url'),
    )
  })
  t.doesNotThrow(() => fc.assert(property, runs(300)))
})

t.test('the examples of RFC 7515 and RFC 8037 are verified, and made where they are unique', async t => {
  const hs = {
    key: bytes('AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow'),
    input:
      'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ',
    signature: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  }
  t.equal(hs256(hs.key).sign(hs.input), hs.signature, 'RFC 7515 appendix A.1')
  t.ok(hs256(hs.key).verify(hs.input, bytes(hs.signature)))

  const ec = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    },
  })
  const ofEc = {
    input:
      'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ',
    signature: 'DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q',
  }
  t.ok(verifierOf('ES256', ec)(ofEc.input, bytes(ofEc.signature)), 'RFC 7515 appendix A.3')

  const ed = createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
  })
  const ofEd = {
    input: 'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc',
    signature: 'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
  }
  t.ok(verifierOf('EdDSA', ed)(ofEd.input, bytes(ofEd.signature)), 'RFC 8037 appendix A.5')
})

interface Ours {
  readonly sign: (input: string) => string
  readonly verify: (input: string, signature: Buffer) => boolean
  readonly signing: KeyObject | Buffer
  readonly verifying: KeyObject | Buffer
}

function ours(algorithm: 'HS256' | Algorithm): Ours {
  if (algorithm === 'HS256') {
    const key = randomBytes(32)
    return { ...hs256(key), signing: key, verifying: key }
  }
  const { privateKey, publicKey } = keyPair(algorithm)
  return {
    sign: signerOf(algorithm, privateKey),
    verify: verifierOf(algorithm, publicKey),
    signing: privateKey,
    verifying: publicKey,
  }
}

const text = (key: KeyObject | Buffer, type: 'pkcs8' | 'spki') =>
  Buffer.isBuffer(key) ? key : (key.export({ type, format: 'pem' }) as string)

for (const algorithm of ['HS256', ...algorithms] as const) {
  t.test(`${algorithm}: jose and fast-jwt accept our signatures, and we accept theirs`, async t => {
    const { sign, verify, signing, verifying } = ours(algorithm)
    const header = Buffer.from(JSON.stringify({ alg: algorithm })).toString('base64url')
    const byFastJwt = createVerifier({ key: text(verifying, 'spki'), algorithms: [algorithm] } as never)
    const signByFastJwt = createSigner({ key: text(signing, 'pkcs8'), algorithm } as never)
    const isVerified = (token: string) => {
      const [head, payload, signature] = token.split('.') as [string, string, string]
      return verify(`${head}.${payload}`, bytes(signature))
    }
    const property = fc.asyncProperty(fc.dictionary(fc.string(), fc.string()), async more => {
      const claims = { more: Object.fromEntries(Object.entries(more)), iat: 1_700_000_000 }
      const input = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
      const token = `${input}.${sign(input)}`
      const { payload } = await compactVerify(token, verifying, { algorithms: [algorithm] })
      const theirs = await new SignJWT(claims).setProtectedHeader({ alg: algorithm }).sign(signing)
      return (
        Buffer.from(payload).toString() === JSON.stringify(claims) &&
        JSON.stringify(await byFastJwt(token)) === JSON.stringify(claims) &&
        isVerified(theirs) &&
        isVerified((await signByFastJwt(claims)) as unknown as string)
      )
    })
    await t.resolves(fc.assert(property, runs(algorithm === 'RS256' ? 20 : 60)))
  })

  t.test(
    `R20, ${algorithm}: a signature with one bit flipped, of another text, key or length is invalid`,
    async t => {
      const { sign, verify } = ours(algorithm)
      const signature = bytes(sign('a.b'))
      const flipped = fc.property(fc.nat(signature.length * 8 - 1), bit => {
        const changed = Buffer.from(signature)
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
        return !verify('a.b', changed)
      })
      t.doesNotThrow(() => fc.assert(flipped, runs(200)))
      t.ok(verify('a.b', signature))
      t.notOk(verify('a.c', signature))
      t.notOk(ours(algorithm).verify('a.b', signature), 'of another key')
      for (const length of [0, 1, signature.length - 1, signature.length + 1, 10_000]) {
        const cut = Buffer.concat([signature, Buffer.alloc(10_000)]).subarray(0, length)
        t.notOk(verify('a.b', cut), `${length} bytes`)
      }
      t.notOk(verify('a.b', Buffer.alloc(signature.length)), 'zeros')
      t.notOk(verify('a.b', Buffer.alloc(signature.length, 0xff)))
    },
  )
}

t.test(
  'R20: forgeries for one algorithm: zeros for ES256 (CVE-2022-21449), DER, and a second s for EdDSA',
  async t => {
    const es = keyPair('ES256')
    const verifyEs = verifierOf('ES256', es.publicKey)
    const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'
    const one = `${'0'.repeat(63)}1`
    for (const [r, s] of [
      ['0'.repeat(64), '0'.repeat(64)],
      ['0'.repeat(64), one],
      [one, '0'.repeat(64)],
      [order, order],
      [order, one],
    ]) {
      t.notOk(verifyEs('a.b', Buffer.from(`${r}${s}`, 'hex')), `r ${r}, s ${s}`)
    }
    const der = sign('sha256', Buffer.from('a.b'), { key: es.privateKey, dsaEncoding: 'der' })
    t.notOk(verifyEs('a.b', der), 'DER')

    const ed = keyPair('EdDSA')
    const signature = bytes(signerOf('EdDSA', ed.privateKey)('a.b'))
    // RFC 8032 section 5.1.7: s must be below the order of the group, or a signature would have two spellings.
    const little = (buffer: Buffer) => BigInt(`0x${Buffer.from(buffer).reverse().toString('hex')}`)
    const group = 2n ** 252n + 27742317777372353535851937790883648493n
    const above = (little(signature.subarray(32)) + group).toString(16).padStart(64, '0')
    const second = Buffer.concat([signature.subarray(0, 32), Buffer.from(above, 'hex').reverse()])
    t.notOk(verifierOf('EdDSA', ed.publicKey)('a.b', second))
  },
)
