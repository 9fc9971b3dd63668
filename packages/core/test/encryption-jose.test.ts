import { CompactEncrypt, compactDecrypt, createLocalJWKSet, jwtDecrypt, jwtVerify } from 'jose'
import t from 'tap'
import { deriveKey } from '#internal/keys/derive'
import { encrypted } from './encryption-fixture.js'
import { verdict } from './fixture.js'
import { algorithms, keyPair } from './signing-fixture.js'

const issuer = 'https://issuer.test'
const invalid = 'ERR_ACCESS_TOKEN_INVALID'
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

t.test('the key of the protocol is the key of the implementation', async test => {
  const { secret, key } = await encrypted({ issuer })
  test.strictSame(deriveKey(secret, 'access token A256GCM', issuer), key)
})

for (const algorithm of ['HS256', ...algorithms] as const) {
  const signingKeys = algorithm === 'HS256' ? undefined : keyPair(algorithm).privateKey

  t.test(`jose decrypts our token, and verifies the ${algorithm} token inside`, async test => {
    const { secret, token, tokens, header, clock } = await encrypted({ issuer, signingKeys })
    const key = deriveKey(secret, 'access token A256GCM', issuer)
    const { plaintext, protectedHeader } = await compactDecrypt(token, key)
    test.strictSame({ ...protectedHeader }, header)
    const inner = new TextDecoder().decode(plaintext)
    const options = { issuer, typ: 'at+jwt', algorithms: [algorithm], currentDate: new Date(clock.now()) }
    const verified =
      signingKeys === undefined
        ? await jwtVerify(inner, deriveKey(secret, 'access token HS256', issuer), options)
        : await jwtVerify(inner, createLocalJWKSet(tokens.jwks()), options)
    test.equal(verified.payload.sub, 'alice')
    await test.rejects(jwtDecrypt(token, key), 'claims are signed, not only encrypted')
  })

  t.test(`a ${algorithm} token that jose encrypts as we do is taken, and as others do is not`, async test => {
    const { secret, tokens, signed, header } = await encrypted({ issuer, signingKeys })
    const key = deriveKey(secret, 'access token A256GCM', issuer)
    const made = async (more: object = {}, inner = signed, by: Uint8Array = key): Promise<string> =>
      new CompactEncrypt(encode(inner)).setProtectedHeader({ ...header, ...more }).encrypt(by)
    test.equal(tokens.verify(await made()).sub, 'bob')
    const { kid, cty, enc, alg } = header
    const reordered = new CompactEncrypt(encode(signed)).setProtectedHeader({ kid, cty, enc, alg })
    test.equal(tokens.verify(await reordered.encrypt(key)).sub, 'bob')
    const others = await Promise.all([
      ...['A256KW', 'A256GCMKW', 'PBES2-HS256+A128KW'].map(async alg => made({ alg })),
      made({ enc: 'A128CBC-HS256' }),
      made({ enc: 'A128GCM' }, signed, key.subarray(0, 16)),
      ...[{ typ: 'JWT' }, { cty: undefined }, { cty: 'at+jwt' }, { apu: 'x' }, { x5t: 'x' }].map(async more =>
        made(more),
      ),
      made({}, JSON.stringify({ sub: 'bob' })),
      made({}, signed, deriveKey(secret, 'access token HS256', issuer)),
    ])
    const verdicts = others.map(token => verdict(tokens, token))
    test.strictSame(verdicts, Array(others.length).fill(invalid))
  })
}
