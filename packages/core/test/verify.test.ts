import t from 'tap'
import { claimsOf, secret, setup } from './setup.js'

const expired = { code: 'ERR_ACCESS_TOKEN_EXPIRED', status: 401, error: 'invalid_token' }
const revoked = { code: 'ERR_ACCESS_TOKEN_REVOKED', status: 401, error: 'invalid_token' }
const invalid = { code: 'ERR_ACCESS_TOKEN_INVALID', status: 401, error: 'invalid_token' }

t.test('verify answers the claims without a promise and without the store', async t => {
  const { tokens, clock, store } = setup({ issuer: 'https://id.test', audience: 'api' })
  const { accessToken, sid } = await tokens.issue({ subject: 'ada', claims: { role: 'admin' } })
  for (const name of Object.keys(store)) {
    Object.assign(store, { [name]: () => t.fail('asked the store') })
  }
  const iat = clock.now() / 1000
  const claims = tokens.verify(accessToken)
  t.match(claims, { iss: 'https://id.test', aud: 'api', sub: 'ada', sid, iat, exp: iat + 600, role: 'admin' })
  t.match(claims.jti, /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
  t.same(tokens.verify(accessToken), claims)
})

t.test('R24: exp is checked at each hit, and is past at its own second', async t => {
  const { tokens, clock, told } = setup()
  const { accessToken } = await tokens.issue({ subject: 'ada' })
  clock.set(clock.now() + 599_999)
  t.ok(tokens.verify(accessToken))
  clock.set(clock.now() + 1)
  t.throws(() => tokens.verify(accessToken), expired)
  t.same(told(), ['issued', 'refused'])
})

t.test('a lifetime that was shortened holds for tokens that are out already', async t => {
  const long = setup({ accessTokenLifetime: '1h' })
  const { accessToken } = await long.tokens.issue({ subject: 'ada' })
  const short = setup({ accessTokenLifetime: '5m' })
  short.clock.advance(299)
  t.ok(short.tokens.verify(accessToken))
  short.clock.advance(1)
  t.throws(() => short.tokens.verify(accessToken), expired)
})

t.test('R30: a token from a clock more than 5 minutes ahead is refused', async t => {
  const ahead = setup()
  const { tokens, clock } = setup()
  ahead.clock.advance(301)
  const { accessToken } = await ahead.tokens.issue({ subject: 'ada' })
  t.throws(() => tokens.verify(accessToken), invalid)
  clock.advance(1)
  t.ok(tokens.verify(accessToken))
})

t.test('R24: revocation is checked at each hit, in the process that revoked at once', async t => {
  const { tokens, told } = setup()
  const { accessToken, refreshToken } = await tokens.issue({ subject: 'ada' })
  const other = await tokens.issue({ subject: 'bob' })
  t.ok(tokens.verify(accessToken))
  await tokens.revoke({ token: refreshToken })
  t.throws(() => tokens.verify(accessToken), revoked)
  t.ok(tokens.verify(other.accessToken))
  t.same(told(), ['issued', 'issued', 'revoked', 'refused'])
})

t.test('introspect asks the store, and so knows what another process revoked', async t => {
  const one = setup()
  const two = setup({ store: one.store })
  const { accessToken, refreshToken, sid } = await one.tokens.issue({ subject: 'ada' })
  t.match(await two.tokens.introspect(accessToken), { sid })
  await one.tokens.revoke({ token: refreshToken })
  t.ok(two.tokens.verify(accessToken), 'verify has not heard of it')
  await t.rejects(two.tokens.introspect(accessToken), revoked)
  await t.rejects(two.tokens.introspect('garbage'), invalid)
})

t.test('each caller gets a top-level object of its own, and what is nested can not be changed', async t => {
  const { tokens } = setup()
  const { accessToken } = await tokens.issue({
    subject: 'ada',
    claims: { roles: ['member'], deep: { er: {} } },
  })
  const claims = tokens.verify(accessToken) as ReturnType<typeof tokens.verify> & { roles: string[] }
  claims.sub = 'eve'
  t.throws(() => claims.roles.push('admin'), TypeError)
  t.match(tokens.verify(accessToken), { sub: 'ada', roles: ['member'] })
})

t.test('close lets go of what was verified; tokens are verified anew', async t => {
  const { tokens } = setup()
  const { accessToken } = await tokens.issue({ subject: 'ada' })
  t.ok(tokens.verify(accessToken))
  await tokens.close()
  t.match(tokens.verify(accessToken), { sub: 'ada' })
})

t.test('RFC 9068: the header says at+jwt, the algorithm, and the key', async t => {
  const { tokens } = setup()
  const { accessToken } = await tokens.issue({ subject: 'ada' })
  const header = JSON.parse(Buffer.from(accessToken.split('.')[0] ?? '', 'base64url').toString())
  t.match(header, { alg: 'HS256', typ: 'at+jwt', kid: /^[\w-]{8}$/ })
  t.notOk(accessToken.includes(secret))
  t.same(Object.keys(claimsOf(accessToken)).sort(), ['exp', 'iat', 'jti', 'sid', 'sub'])
})
