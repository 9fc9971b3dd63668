import { createTokens, type Issued, type TokensOptions } from '@tokenratchet/core'
import t from 'tap'
import { fixture, outcome, randomSecret, verdict } from './fixture.js'

const [one, two, three] = [randomSecret(), randomSecret(), randomSecret()]

/** One store and one clock; a deployment for each ring. */
function deployments() {
  const { store, clock, commands } = fixture()
  const deploy = (options: Omit<TokensOptions, 'store' | 'now'>) =>
    createTokens({ ...options, store, now: clock.now })
  return { deploy, commands }
}

/** Which keys signed: the `kid` of the access token, the key id of the refresh token. */
function keysOf({ accessToken, refreshToken }: Issued): [kid: string, id: string] {
  const header = JSON.parse(Buffer.from(accessToken.split('.')[0] ?? '', 'base64url').toString())
  return [header.kid, Buffer.from(refreshToken, 'base64url').toString('hex', 1, 5)]
}

t.test('the first secret of a ring signs, and every one of it verifies and refreshes', async test => {
  const { deploy } = deployments()
  const old = await deploy({ secret: one }).issue({ subject: 'alice' })
  const ring = deploy({ secret: [two, one] })
  test.equal(ring.verify(old.accessToken).sid, old.sid)
  const next = await ring.refresh(old.refreshToken)
  test.equal(next.sid, old.sid)
  const fresh = await deploy({ secret: two }).issue({ subject: 'alice' })
  test.strictSame(keysOf(next), keysOf(fresh))
  test.not(keysOf(old)[0], keysOf(next)[0])
  test.not(keysOf(old)[1], keysOf(next)[1])
  test.strictSame(keysOf(await ring.issue({ subject: 'alice' })), keysOf(fresh))
})

t.test('a token of the second secret is reissued, and ends its session when it is reused', async test => {
  const { deploy } = deployments()
  const old = await deploy({ secret: one }).issue({ subject: 'alice' })
  const ring = deploy({ secret: [two, one] })
  const next = await ring.refresh(old.refreshToken)
  const sibling = await ring.refresh(old.refreshToken)
  await ring.refresh(sibling.refreshToken)
  test.equal(await outcome(ring.refresh(old.refreshToken)), 'ERR_INVALID_GRANT')
  test.equal(await outcome(ring.refresh(next.refreshToken)), 'ERR_INVALID_GRANT')
  test.equal(verdict(ring, old.accessToken), 'ERR_ACCESS_TOKEN_REVOKED')
})

t.test('the order of a ring decides who signs and nothing else', async test => {
  const { deploy } = deployments()
  const rings = [
    [one, two, three],
    [three, one, two],
    [two, three, one],
  ].map(secret => deploy({ secret }))
  const issued = await Promise.all(rings.map(async ring => ring.issue({ subject: 'alice' })))
  test.equal(new Set(issued.map(each => keysOf(each)[0])).size, 3)
  for (const { accessToken, refreshToken, sid } of issued) {
    test.strictSame(
      rings.map(ring => verdict(ring, accessToken)),
      Array(3).fill('accepted'),
    )
    let token = refreshToken
    for (const ring of rings) {
      const next = await ring.refresh(token)
      test.equal(next.sid, sid)
      token = next.refreshToken
    }
  }
})

t.test('R7: a secret that is removed takes what it signed with it, and nothing else', async test => {
  const { deploy, commands } = deployments()
  const both = deploy({ secret: [two, one] })
  const [stays, moves] = await Promise.all(
    [1, 2].map(async () => deploy({ secret: one }).issue({ subject: 'alice' })),
  )
  const other = await both.issue({ subject: 'alice' })
  if (stays === undefined || moves === undefined) {
    throw new Error('two were issued')
  }
  const moved = await both.refresh(moves.refreshToken)
  commands.splice(0)
  const alone = deploy({ secret: two })
  for (const { accessToken, refreshToken } of [stays, moves]) {
    test.equal(verdict(alone, accessToken), 'ERR_ACCESS_TOKEN_INVALID')
    test.equal(await outcome(alone.refresh(refreshToken)), 'ERR_INVALID_GRANT')
  }
  test.strictSame(commands, [], 'the store is not asked')
  for (const { accessToken, refreshToken } of [moved, other]) {
    test.equal(verdict(alone, accessToken), 'accepted')
    test.equal(await outcome(alone.refresh(refreshToken)), 'accepted')
  }
  const sids = (await alone.sessions('alice')).map(({ sid }) => sid).sort()
  test.strictSame(sids, [stays, moves, other].map(({ sid }) => sid).sort(), 'no session ended')
  test.equal(await outcome(deploy({ secret: [two, one] }).refresh(stays.refreshToken)), 'accepted')
})

t.test('R7: deployments of different issuers refuse each other, though they share the secret', async test => {
  const { deploy, commands } = deployments()
  const issuers = ['https://one.test', 'https://two.test', 'https://one.test/', undefined]
  const all = issuers.map(issuer => deploy({ secret: [one, two], issuer }))
  const issued = await Promise.all(all.map(async tokens => tokens.issue({ subject: 'alice' })))
  test.equal(new Set(issued.map(each => keysOf(each)[0])).size, issuers.length)
  test.equal(new Set(issued.map(each => keysOf(each)[1])).size, issuers.length)
  commands.splice(0)
  for (const [index, tokens] of all.entries()) {
    for (const { accessToken, refreshToken } of issued.filter((_, other) => other !== index)) {
      test.equal(verdict(tokens, accessToken), 'ERR_ACCESS_TOKEN_INVALID')
      test.equal(await outcome(tokens.refresh(refreshToken)), 'ERR_INVALID_GRANT')
      test.equal(await tokens.revoke({ token: refreshToken }), undefined)
      test.equal(await tokens.revoke({ token: accessToken }), undefined)
    }
  }
  test.strictSame(commands, [])
  const own = await Promise.all(
    all.map(async (tokens, index) => outcome(tokens.refresh(issued[index]?.refreshToken ?? ''))),
  )
  test.strictSame(
    own,
    issuers.map(() => 'accepted'),
  )
})

t.test('R21: an audience is not of the key: the claim decides', async test => {
  const { deploy } = deployments()
  const [api, web, any] = [
    deploy({ secret: one, audience: 'api' }),
    deploy({ secret: one, audience: 'web' }),
    deploy({ secret: one }),
  ]
  const { accessToken } = await api.issue({ subject: 'alice' })
  test.strictSame(
    [api, any, web].map(each => verdict(each, accessToken)),
    ['accepted', 'accepted', 'ERR_ACCESS_TOKEN_INVALID'],
  )
  test.equal(verdict(api, (await any.issue({ subject: 'alice' })).accessToken), 'ERR_ACCESS_TOKEN_INVALID')
})
