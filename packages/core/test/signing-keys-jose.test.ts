import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import t from 'tap'
import { fixture, verdict } from './fixture.js'
import { algorithms, keyPair } from './signing-fixture.js'

const invalid = 'ERR_ACCESS_TOKEN_INVALID'
const [issuer, audience] = ['https://issuer.test', 'api']

for (const algorithm of algorithms) {
  const { privateKey } = keyPair(algorithm)

  /** Ours, and jose with the same key. */
  const both = () => {
    const made = fixture({ signingKeys: privateKey, issuer, audience })
    const now = made.clock.now() / 1000
    const kid = made.tokens.jwks().keys[0]?.kid ?? ''
    const header = { alg: algorithm, typ: 'at+jwt', kid }
    const claims = { iss: issuer, aud: audience, sub: 'bob', sid: 's', jti: 'j', iat: now, exp: now + 60 }
    const sign = async (more: object = {}, claimed: object = {}): Promise<string> => {
      const jwt = new SignJWT({ ...claims, ...claimed }).setProtectedHeader({ ...header, ...more })
      return jwt.sign(privateKey)
    }
    return { ...made, sign, header }
  }

  t.test(`jose verifies our ${algorithm} tokens with the set that we emit`, async test => {
    const { tokens, clock, header } = both()
    const { accessToken, sid } = await tokens.issue({ subject: 'alice', claims: { role: 'admin' } })
    const options = {
      issuer,
      audience,
      typ: 'at+jwt',
      algorithms: [algorithm],
      currentDate: new Date(clock.now()),
    }
    const verified = await jwtVerify(accessToken, createLocalJWKSet(tokens.jwks()), options)
    test.match(verified.payload, { sub: 'alice', sid, role: 'admin' })
    test.strictSame(verified.protectedHeader, header)
    const others = createLocalJWKSet(fixture({ signingKeys: keyPair(algorithm).privateKey }).tokens.jwks())
    await test.rejects(jwtVerify(accessToken, others, options), { code: 'ERR_JWKS_NO_MATCHING_KEY' })
  })

  t.test(
    `R20, R21: a token that jose signs by our ${algorithm} key says what ours say, or is refused`,
    async test => {
      const { tokens, sign } = both()
      test.match(tokens.verify(await sign()), { sub: 'bob', sid: 's' })
      const headers = [
        { typ: 'JWT' },
        { typ: undefined },
        { kid: undefined },
        { kid: 'x' },
        { typ: 'application/at+jwt' },
      ]
      for (const header of headers) {
        test.equal(verdict(tokens, await sign(header)), invalid)
      }
      const wrong = [
        { iss: 'x' },
        { aud: 'x' },
        { sub: '' },
        { sid: undefined },
        { jti: 5 },
        { exp: undefined },
      ]
      for (const claims of wrong) {
        test.equal(verdict(tokens, await sign({}, claims)), invalid)
      }
    },
  )

  t.test(`a key that jose generates and exports for ${algorithm} is one of ours`, async test => {
    const keys = await generateKeyPair(algorithm, { extractable: true })
    const [mine, theirs] = [await exportJWK(keys.privateKey), await exportJWK(keys.publicKey)]
    const { tokens } = fixture({ signingKeys: { ...mine, alg: algorithm, kid: 'jose' } })
    const { accessToken } = await tokens.issue({ subject: 'alice' })
    const reader = fixture({ signingKeys: [privateKey, { ...theirs, kid: 'jose' }] })
    test.equal(verdict(tokens, accessToken), 'accepted')
    test.equal(verdict(reader.tokens, accessToken), 'accepted')
  })
}
