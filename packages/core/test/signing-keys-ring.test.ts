import t from 'tap'
import { outcome, verdict } from './fixture.js'
import { algorithms, deployments, headerOf, keyPair } from './signing-fixture.js'

const [ed, ec, rsa] = algorithms.map(keyPair) as [Pair, Pair, Pair]
type Pair = ReturnType<typeof keyPair>
const invalid = 'ERR_ACCESS_TOKEN_INVALID'

t.test('the first key signs, and every key of the ring verifies, in any order', async test => {
  const { deploy } = deployments()
  const rings = [
    [ed, ec, rsa],
    [rsa, ed, ec],
    [ec, rsa, ed],
  ].map(ring => deploy({ signingKeys: ring.map(({ privateKey }) => privateKey) }))
  const issued = await Promise.all(rings.map(async ring => ring.issue({ subject: 'alice' })))
  test.strictSame(
    issued.map(({ accessToken }) => headerOf(accessToken)['alg']),
    ['EdDSA', 'RS256', 'ES256'],
  )
  const verdicts = rings.flatMap(ring => issued.map(({ accessToken }) => verdict(ring, accessToken)))
  test.strictSame(verdicts, Array(9).fill('accepted'))
})

t.test('R7: a key is changed step by step, and no token is refused on the way', async test => {
  const { deploy } = deployments()
  const steps = [
    [ed.privateKey],
    [ed.privateKey, ec.publicKey],
    [ec.privateKey, ed.publicKey],
    [ec.privateKey],
  ].map(signingKeys => deploy({ signingKeys }))
  const issued = await Promise.all(steps.map(async tokens => tokens.issue({ subject: 'alice' })))
  for (const step of [0, 1, 2]) {
    const [now, next] = steps.slice(step)
    const alive = [issued[step], issued[step + 1]].map(each => each?.accessToken)
    // A deployment is under way: processes of both steps meet tokens of both.
    const met = [now, next].flatMap(tokens => alive.map(token => tokens && verdict(tokens, token)))
    test.strictSame(met, Array(4).fill('accepted'), `from step ${step}`)
  }
})

t.test('R7: a key that is retired ends what it signed, and nothing else', async test => {
  const { deploy, commands } = deployments()
  const both = deploy({ signingKeys: [ec.privateKey, ed.publicKey] })
  const alone = deploy({ signingKeys: ec.privateKey })
  const old = await deploy({ signingKeys: ed.privateKey }).issue({ subject: 'alice' })
  const other = await both.issue({ subject: 'alice' })
  test.equal(verdict(both, old.accessToken), 'accepted')
  commands.splice(0)
  test.equal(verdict(alone, old.accessToken), invalid)
  test.equal(await alone.revoke({ token: old.accessToken }), undefined)
  test.strictSame(commands, [], 'the store is not asked')
  test.equal(verdict(alone, other.accessToken), 'accepted')
  const next = await alone.refresh(old.refreshToken)
  test.equal(next.sid, old.sid, 'the session goes on')
  test.equal(verdict(alone, next.accessToken), 'accepted')
})

t.test('with signing keys no token of the secret is taken, and without them none of theirs', async test => {
  const { deploy } = deployments()
  const [plain, signed] = [deploy(), deploy({ signingKeys: ed.privateKey })]
  const [symmetric, asymmetric] = [
    await plain.issue({ subject: 'alice' }),
    await signed.issue({ subject: 'alice' }),
  ]
  test.equal(verdict(signed, symmetric.accessToken), invalid)
  test.equal(verdict(plain, asymmetric.accessToken), invalid)
  for (const { refreshToken } of [symmetric, asymmetric]) {
    test.equal(await outcome(signed.refresh(refreshToken)), 'accepted', 'nobody is logged out')
  }
})

t.test('R21: a signing key is shared, and an issuer is not: its absence counts, too', async test => {
  const { deploy } = deployments()
  const issuers = ['https://one.test', 'https://two.test', undefined]
  const all = issuers.map(issuer => deploy({ signingKeys: ed.privateKey, issuer }))
  const issued = await Promise.all(all.map(async tokens => tokens.issue({ subject: 'alice' })))
  for (const [index, tokens] of all.entries()) {
    const verdicts = issued.map(({ accessToken }) => verdict(tokens, accessToken))
    test.strictSame(
      verdicts,
      issuers.map((_, other) => (other === index ? 'accepted' : invalid)),
    )
  }
})
