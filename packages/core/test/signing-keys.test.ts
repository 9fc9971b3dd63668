import { calculateJwkThumbprint, type JWK } from 'jose'
import t from 'tap'
import { outcome, randomSecret, verdict } from './fixture.js'
import { setup } from './setup.js'
import {
  algorithms,
  deployments,
  headerOf,
  jwkOf,
  keyPair,
  privateForms,
  publicForms,
} from './signing-fixture.js'

const pairs = algorithms.map(algorithm => ({ algorithm, ...keyPair(algorithm) }))
const invalid = 'ERR_ACCESS_TOKEN_INVALID'

for (const { algorithm, privateKey, publicKey } of pairs) {
  t.test(`R19: a private key of ${algorithm} signs and verifies in whatever form it comes`, async test => {
    const kid = await calculateJwkThumbprint(jwkOf(publicKey) as JWK)
    const { deploy } = deployments()
    const all = Object.entries(privateForms(privateKey)).map(([form, key]) => {
      return { form, one: deploy({ signingKeys: key }), ring: deploy({ signingKeys: [key] }) }
    })
    for (const { form, one } of all) {
      const { accessToken } = await one.issue({ subject: 'alice', claims: { form } })
      test.strictSame(headerOf(accessToken), { alg: algorithm, typ: 'at+jwt', kid }, form)
      const verdicts = all.flatMap(each => [verdict(each.one, accessToken), verdict(each.ring, accessToken)])
      test.strictSame(new Set(verdicts), new Set(['accepted']), form)
      test.match(one.verify(accessToken), { sub: 'alice', form })
    }
  })

  t.test(`a key behind the first may be the public one of ${algorithm}, in whatever form`, async test => {
    const { deploy } = deployments()
    const { accessToken } = await deploy({ signingKeys: privateKey }).issue({ subject: 'alice' })
    const { privateKey: first } = keyPair('EdDSA')
    test.equal(verdict(deploy({ signingKeys: first }), accessToken), invalid)
    for (const [form, key] of Object.entries({ ...privateForms(privateKey), ...publicForms(publicKey) })) {
      test.equal(verdict(deploy({ signingKeys: [first, key] }), accessToken), 'accepted', form)
    }
  })
}

t.test('a JWK keeps the kid that it has, and one without gets its thumbprint', async test => {
  const { deploy } = deployments()
  for (const { privateKey, publicKey } of pairs) {
    const thumbprint = await calculateJwkThumbprint(jwkOf(publicKey) as JWK)
    const kids: [string | undefined, string][] = [
      [undefined, thumbprint],
      ['2026-07', '2026-07'],
      ['a "key" \\ of ours', 'a "key" \\ of ours'],
      ['k'.repeat(100), 'k'.repeat(100)],
    ]
    for (const [kid, expected] of kids) {
      const tokens = deploy({ signingKeys: { ...jwkOf(privateKey), kid } })
      const { accessToken } = await tokens.issue({ subject: 'alice' })
      test.equal(headerOf(accessToken)['kid'], expected)
      test.equal(tokens.verify(accessToken).sub, 'alice')
    }
  }
})

t.test('a JWK may say what the key is for, when it says what is true', async test => {
  const { deploy } = deployments()
  for (const { algorithm, privateKey } of pairs) {
    const said = { alg: algorithm, use: 'sig', ext: true, x5t: 'ignored' }
    const mine = { ...jwkOf(privateKey), ...said, key_ops: ['sign'] }
    const theirs = { ...jwkOf(keyPair(algorithm).publicKey), ...said, key_ops: ['verify'] }
    test.equal(deploy({ signingKeys: [mine, theirs] }).jwks().keys.length, 2)
  }
})

t.test('a key is read once: what becomes of the object later changes nothing', async test => {
  const { deploy } = deployments()
  const jwk = { ...jwkOf(keyPair('ES256').privateKey), kid: 'before' }
  const ring = [jwk]
  const tokens = deploy({ signingKeys: ring })
  Object.assign(jwk, { ...jwkOf(keyPair('ES256').privateKey), kid: 'after' })
  ring.length = 0
  const { accessToken } = await tokens.issue({ subject: 'alice' })
  test.equal(headerOf(accessToken)['kid'], 'before')
  test.equal(verdict(tokens, accessToken), 'accepted')
})

t.test('refresh tokens stay with the secret, whatever signs the access token', async test => {
  const { deploy } = deployments()
  const [plain, ...signed] = [deploy(), ...pairs.map(({ privateKey }) => deploy({ signingKeys: privateKey }))]
  const { refreshToken, sid } = await plain.issue({ subject: 'alice' })
  let token = refreshToken
  for (const tokens of [...signed, plain]) {
    const next = await tokens.refresh(token)
    test.equal(next.sid, sid)
    test.equal(verdict(tokens, next.accessToken), 'accepted')
    token = next.refreshToken
  }
  const stranger = deploy({ secret: randomSecret(), signingKeys: pairs[0]?.privateKey })
  test.equal(await outcome(stranger.refresh(token)), 'ERR_INVALID_GRANT')
})

t.test('R24: dates, revocation and nested claims are checked as of a token of the secret', async test => {
  const { privateKey } = keyPair('EdDSA')
  const { tokens, clock } = setup({ signingKeys: privateKey })
  const grant = { subject: 'alice', claims: { roles: ['member'] }, transport: 'body' } as const
  const [first, second] = [await tokens.issue(grant), await tokens.issue(grant)]
  const { roles } = tokens.verify(first.accessToken) as unknown as { roles: string[] }
  test.throws(() => roles.push('admin'), TypeError)
  test.equal(await tokens.revoke({ token: first.accessToken }), first.sid)
  test.equal(verdict(tokens, first.accessToken), 'ERR_ACCESS_TOKEN_REVOKED')
  test.equal(verdict(tokens, second.accessToken), 'accepted')
  test.equal((await tokens.introspect(second.accessToken)).sid, second.sid)
  clock.advance('10m')
  test.equal(verdict(tokens, second.accessToken), 'ERR_ACCESS_TOKEN_EXPIRED')
})
