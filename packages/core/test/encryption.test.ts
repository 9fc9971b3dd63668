import t from 'tap'
import { encrypted, encryptionKey } from './encryption-fixture.js'
import { fixture, outcome, randomSecret, verdict } from './fixture.js'
import { algorithms, deployments, headerOf, keyPair } from './signing-fixture.js'

const invalid = 'ERR_ACCESS_TOKEN_INVALID'

t.test('R20: an encrypted token is one kind of compact JWE, and shows no claim', async test => {
  const { tokens, secret } = fixture({ encryptAccessToken: true, issuer: 'https://issuer.test' })
  const claims = { role: 'a role that nobody is to read' }
  const { accessToken } = await tokens.issue({ subject: 'alice of the subjects', claims })
  const { kid } = encryptionKey(secret, 'https://issuer.test')
  test.strictSame(headerOf(accessToken), { alg: 'dir', enc: 'A256GCM', cty: 'JWT', kid })
  const segments = accessToken.split('.')
  const lengths = segments.map(segment => Buffer.from(segment, 'base64url').length)
  test.strictSame([lengths.length, lengths[1], lengths[2], lengths[4]], [5, 0, 12, 16])
  const bytes = Buffer.concat(segments.map(segment => Buffer.from(segment, 'base64url'))).toString('latin1')
  test.notMatch(bytes, /alice|role|issuer\.test|eyJ/)
  test.match(tokens.verify(accessToken), { sub: 'alice of the subjects', ...claims })
})

t.test('R9: no two tokens share an initialization vector, or anything behind it', async test => {
  const { tokens } = fixture({ encryptAccessToken: true })
  const issued = await Promise.all(
    Array.from({ length: 500 }, async () => tokens.issue({ subject: 'alice' })),
  )
  for (const index of [2, 3, 4]) {
    test.equal(new Set(issued.map(({ accessToken }) => accessToken.split('.')[index])).size, 500)
  }
})

const keys = [undefined, ...algorithms.map(algorithm => keyPair(algorithm).privateKey)]

for (const [index, signingKeys] of keys.entries()) {
  const algorithm = ['HS256', ...algorithms][index]

  t.test(`what is encrypted is a token of ${algorithm}, in both transports, for all verbs`, async test => {
    const { tokens, clock } = fixture({ encryptAccessToken: true, signingKeys })
    for (const transport of ['cookie', 'body'] as const) {
      const issued = await tokens.issue({ subject: 'alice', transport })
      const { accessToken, sid } = await tokens.refresh(issued.refreshToken)
      test.equal(headerOf(accessToken)['alg'], 'dir')
      test.equal(tokens.verify(accessToken).sid, sid)
      test.equal((await tokens.introspect(accessToken)).sid, sid)
      test.equal(await tokens.revoke({ token: accessToken }), sid)
      test.equal(verdict(tokens, accessToken), 'ERR_ACCESS_TOKEN_REVOKED')
    }
    const { accessToken } = await tokens.issue({ subject: 'alice' })
    const verdicts = ['9m', '59s', '1s'].map(time => {
      clock.advance(time)
      return verdict(tokens, accessToken)
    })
    test.strictSame(verdicts, ['accepted', 'accepted', 'ERR_ACCESS_TOKEN_EXPIRED'], 'R24')
  })

  t.test(`to switch encryption of ${algorithm} makes a client refresh, and logs nobody out`, async test => {
    const { deploy } = deployments()
    const [on, off] = [deploy({ signingKeys, encryptAccessToken: true }), deploy({ signingKeys })]
    for (const [before, after] of [
      [off, on],
      [on, off],
    ] as const) {
      const { accessToken, refreshToken, sid } = await before.issue({ subject: 'alice' })
      test.equal(verdict(after, accessToken), invalid)
      const next = await after.refresh(refreshToken)
      test.equal(next.sid, sid)
      test.equal(verdict(after, next.accessToken), 'accepted')
    }
  })
}

t.test('R7: a secret is changed step by step under encryption, and nobody is logged out', async test => {
  const { deploy } = deployments()
  const [old, young] = [randomSecret(), randomSecret()]
  const signingKeys = keyPair('ES256').privateKey
  for (const more of [{}, { signingKeys }]) {
    const steps = [[old], [old, young], [young, old], [young]].map(secret =>
      deploy({ secret, encryptAccessToken: true, ...more }),
    )
    const issued = await Promise.all(steps.map(async tokens => tokens.issue({ subject: 'alice' })))
    for (const step of [0, 1, 2]) {
      const processes = steps.slice(step, step + 2)
      const alive = issued.slice(step, step + 2)
      const met = processes.flatMap(tokens => alive.map(({ accessToken }) => verdict(tokens, accessToken)))
      const expected = step === 1 ? ['accepted'] : ['accepted', 'accepted']
      test.strictSame(new Set(met), new Set(expected), `from step ${step}`)
    }
    const [first, last] = [issued[0], steps[3]]
    test.equal(last && verdict(last, first?.accessToken), invalid, 'what the old secret made has ended')
    test.equal(last && (await outcome(last.refresh(first?.refreshToken ?? ''))), 'ERR_INVALID_GRANT')
    const kids = issued.map(({ accessToken }) => headerOf(accessToken)['kid'])
    test.strictSame(
      kids,
      [old, old, young, young].map(secret => encryptionKey(secret).kid),
    )
  }
})

t.test('R7: deployments of different issuers do not read each other', async test => {
  const { deploy } = deployments()
  const signingKeys = keyPair('EdDSA').privateKey
  const issuers = ['https://one.test', 'https://two.test', undefined]
  const all = issuers.map(issuer => deploy({ issuer, signingKeys, encryptAccessToken: true }))
  const issued = await Promise.all(all.map(async tokens => tokens.issue({ subject: 'alice' })))
  for (const [index, tokens] of all.entries()) {
    const verdicts = issued.map(({ accessToken }) => verdict(tokens, accessToken))
    test.strictSame(
      verdicts,
      issuers.map((_, other) => (other === index ? 'accepted' : invalid)),
    )
  }
})

t.test('R17: what must fit into a cookie is the encrypted token', async test => {
  const { tokens, plain } = await encrypted()
  const limits = { cookie: 4064, body: 8192 } as const
  for (const [transport, limit] of Object.entries(limits) as ['cookie' | 'body', number][]) {
    const lengths = new Set<number>()
    for (let size = Math.floor(limit * 0.46); size < limit * 0.54; size++) {
      const grant = { subject: 'alice', transport, claims: { big: 'x'.repeat(size) } }
      const issued = await tokens.issue(grant).catch(error => error)
      if (issued instanceof TypeError) {
        const [, made] = /at most (?:4064|8192) characters \(got (\d+):/.exec(issued.message) ?? []
        test.ok(Number(made) > limit && Number(made) < limit + 8, issued.message)
        test.equal(await outcome(plain.issue(grant)), 'accepted', 'unencrypted it fits')
        break
      }
      lengths.add(issued.accessToken.length)
      test.equal(verdict(tokens, issued.accessToken), 'accepted')
    }
    test.ok(Math.max(...lengths) <= limit && Math.max(...lengths) > limit - 8)
  }
})

t.test('R23: encryptAccessToken is true or false', async test => {
  for (const encryptAccessToken of [null, 'true', 1, 0, '', {}, []]) {
    test.throws(() => fixture({ encryptAccessToken } as object), {
      name: 'TypeError',
      message: 'encryptAccessToken must be true or false',
    })
  }
})
