import { createHmac, type KeyObject, sign } from 'node:crypto'
import t from 'tap'
import { base64url, derived, fixture, verdict } from './fixture.js'
import { algorithms, jwkOf, keyPair, spki } from './signing-fixture.js'

const [ed, ec, rsa] = algorithms.map(keyPair) as [Pair, Pair, Pair]
type Pair = ReturnType<typeof keyPair>
const invalid = 'ERR_ACCESS_TOKEN_INVALID'

/** A ring of all three, and a forger who has what an attacker could want: header and key as he likes. */
async function attacked() {
  const made = fixture({ signingKeys: [ed, ec, rsa].map(({ privateKey }) => privateKey) })
  const { accessToken } = await made.tokens.issue({ subject: 'alice' })
  const [, payload = ''] = accessToken.split('.')
  const kids = made.tokens.jwks().keys.map(({ kid }) => kid) as [string, string, string]
  const forge = (header: object, signature: (input: string) => Buffer | string): string => {
    const input = `${base64url(JSON.stringify({ typ: 'at+jwt', ...header }))}.${payload}`
    return `${input}.${base64url(signature(input))}`
  }
  return { ...made, accessToken, payload, kids, forge }
}

const signed = (key: KeyObject, hash: string | null, padding = {}) => {
  return (input: string): Buffer => sign(hash, Buffer.from(input), { key, ...padding })
}

const p1363 = { dsaEncoding: 'ieee-p1363' }

t.test('R19: a public key is no secret of HS256, however it is written', async test => {
  const { tokens, kids, forge, secret } = await attacked()
  for (const [index, { publicKey }] of [ed, ec, rsa].entries()) {
    const [pem, der] = [spki(publicKey), publicKey.export({ type: 'spki', format: 'der' })]
    const raw = Buffer.from(jwkOf(publicKey).x ?? jwkOf(publicKey).n ?? '', 'base64url')
    const texts = [pem, pem.trim(), der, raw, JSON.stringify(jwkOf(publicKey)), '']
    const keys = [...texts, derived(secret, 'access token HS256').key, kids[index] ?? '']
    for (const alg of ['HS256', 'HS384', 'HS512', 'EdDSA', 'ES256', 'RS256']) {
      const hash = `sha${alg.startsWith('HS') ? alg.slice(2) : 256}`
      const forged = keys.flatMap(key => {
        const mac = (input: string): Buffer => createHmac(hash, key).update(input).digest()
        return kids.map(kid => forge({ alg, kid }, mac))
      })
      test.strictSame(new Set(forged.map(token => verdict(tokens, token))), new Set([invalid]), alg)
    }
  }
})

t.test('R19: the algorithm is of the key: no other, though the key could, and no other key', async test => {
  const { tokens, kids, forge } = await attacked()
  const [edKid, ecKid, rsaKid] = kids
  const signers = {
    EdDSA: signed(ed.privateKey, null),
    ES256: signed(ec.privateKey, 'sha256', p1363),
    RS256: signed(rsa.privateKey, 'sha256'),
  }
  const right = { EdDSA: edKid, ES256: ecKid, RS256: rsaKid }
  const names = [
    'none',
    'None',
    '',
    'HS256',
    'ES256K',
    'ES384',
    'RS512',
    'PS256',
    'Ed25519',
    'EdDSA',
    'ES256',
    'RS256',
  ]
  for (const [algorithm, signature] of Object.entries(signers)) {
    for (const kid of [...kids, 'unknown', '__proto__', '']) {
      for (const alg of names) {
        const isRight = alg === algorithm && kid === right[algorithm as 'EdDSA']
        test.equal(verdict(tokens, forge({ alg, kid }, signature)), isRight ? 'accepted' : invalid)
      }
    }
  }
  const pss = { padding: 6, saltLength: 32 }
  const lookalikes = [
    forge({ alg: 'RS256', kid: rsaKid }, signed(rsa.privateKey, 'sha512')),
    forge({ alg: 'RS256', kid: rsaKid }, signed(rsa.privateKey, 'sha256', pss)),
    forge({ alg: 'PS256', kid: rsaKid }, signed(rsa.privateKey, 'sha256', pss)),
    forge({ alg: 'ES256', kid: ecKid }, signed(ec.privateKey, 'sha256')),
    forge({ alg: 'ES256', kid: ecKid }, signed(ec.privateKey, 'sha384', p1363)),
    forge({ alg: 'ES256', kid: ecKid }, () => Buffer.alloc(64)),
    forge({ alg: 'EdDSA', kid: edKid }, () => Buffer.alloc(64)),
    forge({ alg: 'EdDSA', kid: edKid }, () => ''),
  ]
  test.strictSame(new Set(lookalikes.map(token => verdict(tokens, token))), new Set([invalid]))
})

t.test('R19: a key that a token brings along is never used', async test => {
  const { tokens, kids, forge } = await attacked()
  const evil = keyPair('EdDSA')
  const jwk = jwkOf(evil.publicKey)
  const ways = [
    { jwk },
    { jku: 'https://evil.test/jwks.json' },
    { x5c: [spki(evil.publicKey)] },
    { x5u: 'x' },
  ]
  for (const way of ways) {
    test.equal(
      verdict(tokens, forge({ alg: 'EdDSA', kid: kids[0], ...way }, signed(evil.privateKey, null))),
      invalid,
    )
  }
  const crit = { alg: 'EdDSA', kid: kids[0], crit: ['exp'] }
  test.equal(verdict(tokens, forge(crit, signed(ed.privateKey, null))), invalid)
})
