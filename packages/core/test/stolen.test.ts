// What SECURITY.md says that each stolen thing buys, where no other test says it: both what works and what does not.
import { createHash, createHmac } from 'node:crypto'
import { createTokens, memoryStore, type Store } from '@tokenratchet/core'
import t from 'tap'
import { base64url, derived, fixture, forger, outcome, randomSecret, verdict } from './fixture.js'
import { deployments, keyPair } from './signing-fixture.js'

const invalid = 'ERR_INVALID_GRANT'

const hashSubject = (subject: string): string =>
  createHash('sha256').update(subject).digest().toString('base64url', 0, 16)

/** An access token by whoever has the secret. */
function forgedAccess(secret: string, now: number, claims: object): string {
  const { sign, kid } = forger(secret)
  const header = { alg: 'HS256', typ: 'at+jwt', kid }
  const dates = { iat: Math.floor(now / 1000), exp: Math.floor(now / 1000) + 600 }
  return sign(base64url(JSON.stringify(header)), base64url(JSON.stringify({ jti: 'j', ...dates, ...claims })))
}

/** A refresh token by whoever has the secret, and has seen or made up a handle. */
function forgedRefresh(secret: string, subjectHash: string, handle: Buffer, generation: number): string {
  const { key, hash } = derived(secret, 'refresh token HMAC-SHA-256')
  const bytes = Buffer.alloc(75)
  bytes[0] = 0x10
  hash.copy(bytes, 1, 0, 4)
  bytes.write(subjectHash, 5, 'base64url')
  handle.copy(bytes, 21)
  bytes.writeUIntBE(generation, 37, 6)
  createHmac('sha256', key).update(bytes.subarray(0, 43)).digest().copy(bytes, 43)
  return bytes.toString('base64url')
}

const handleOf = (refreshToken: string): Buffer => Buffer.from(refreshToken, 'base64url').subarray(21, 37)

t.test('a thief with a refresh token whose owner never returns stays until sessionLifetime', async t => {
  const { tokens, clock } = fixture()
  let { refreshToken } = await tokens.issue({ subject: 'ada' })
  for (let day = 1; day < 30; day++) {
    clock.advance('1d')
    refreshToken = (await tokens.refresh(refreshToken)).refreshToken
  }
  clock.advance('1d')
  t.equal(await outcome(tokens.refresh(refreshToken)), invalid)
})

t.test('with the secret: access tokens for anybody, which introspect sees unless a sid is known', async t => {
  const { tokens, secret, clock, events } = fixture()
  const { sid } = await tokens.issue({ subject: 'ada' })
  events.length = 0
  const forged = (sid: string) => forgedAccess(secret, clock.now(), { sub: 'ada', sid, role: 'admin' })
  t.match(tokens.verify(forged('made up')), { sub: 'ada', role: 'admin' })
  t.same(events, [], 'nothing is seen of it')
  t.equal(await outcome(tokens.introspect(forged('made up'))), 'ERR_ACCESS_TOKEN_REVOKED')
  t.equal(await outcome(tokens.introspect(forged(sid))), 'accepted')
  const { accessToken } = await tokens.issue({ subject: 'eve' })
  const own = tokens.verify(accessToken).sid
  t.equal(await outcome(tokens.introspect(forged(own))), 'ERR_ACCESS_TOKEN_REVOKED', 'a sid of somebody else')
})

t.test('with the secret: no refresh token for a session of which none was seen', async t => {
  const { tokens, secret, clock } = fixture()
  const victim = await tokens.issue({ subject: 'ada' })
  clock.advance('1m')
  const guesses = [
    Buffer.from(victim.sid, 'base64url'),
    Buffer.alloc(16),
    handleOf((await tokens.issue({ subject: 'eve' })).refreshToken),
  ]
  for (const handle of guesses) {
    t.equal(await outcome(tokens.refresh(forgedRefresh(secret, hashSubject('ada'), handle, 60_000))), invalid)
  }
  t.ok(await tokens.refresh(victim.refreshToken), 'and nobody was logged out')
})

t.test('with the secret and one refresh token, however old: its session', async t => {
  const { tokens, secret, clock, events } = fixture()
  const { refreshToken: seen } = await tokens.issue({ subject: 'ada' })
  clock.advance('1m')
  const second = await tokens.refresh(seen)
  clock.advance('1m')
  const third = await tokens.refresh(second.refreshToken)
  clock.advance('1m')
  events.length = 0
  t.ok(await tokens.refresh(forgedRefresh(secret, hashSubject('ada'), handleOf(seen), 999_999)))
  t.match(events, [{ type: 'healed' }], 'which looks as if the store had lost a write')
  t.equal(await outcome(tokens.refresh(third.refreshToken)), invalid)
  t.match(events[1], { type: 'reused' }, 'the owner’s next refresh ends it')
})

t.test('a new secret alone ends all of that', async t => {
  const { deploy, secret, clock } = deployments()
  const { refreshToken, sid } = await deploy().issue({ subject: 'ada' })
  const after = deploy({ secret: randomSecret() })
  t.equal(verdict(after, forgedAccess(secret, clock.now(), { sub: 'ada', sid })), 'ERR_ACCESS_TOKEN_INVALID')
  t.equal(await outcome(after.refresh(refreshToken)), invalid)
  t.equal(
    await outcome(after.refresh(forgedRefresh(secret, hashSubject('ada'), handleOf(refreshToken), 999_999))),
    invalid,
  )
})

t.test(
  'with the secret, beside signing keys: no access token; with a signing key: no refresh token',
  async t => {
    const { privateKey } = keyPair('EdDSA')
    const { deploy, secret, clock } = deployments()
    const tokens = deploy({ signingKeys: privateKey })
    const { refreshToken } = await tokens.issue({ subject: 'ada' })
    t.equal(
      verdict(tokens, forgedAccess(secret, clock.now(), { sub: 'ada', sid: 's' })),
      'ERR_ACCESS_TOKEN_INVALID',
    )
    const thief = createTokens({ secret: randomSecret(), signingKeys: privateKey, now: clock.now })
    const stolen = await thief.issue({ subject: 'ada', claims: { role: 'admin' } })
    t.match(tokens.verify(stolen.accessToken), { sub: 'ada', role: 'admin' })
    t.equal(await outcome(tokens.introspect(stolen.accessToken)), 'ERR_ACCESS_TOKEN_REVOKED')
    t.equal(await outcome(tokens.refresh(stolen.refreshToken)), invalid)
    t.ok(await tokens.refresh(refreshToken))
    const encrypting = deploy({ signingKeys: privateKey, encryptAccessToken: true })
    t.equal(
      verdict(encrypting, stolen.accessToken),
      'ERR_ACCESS_TOKEN_INVALID',
      'nor, encrypted, without the secret',
    )
  },
)

t.test('with the right to write into the store: any claims for oneself, and nobody else', async t => {
  const clock = fixture().clock
  const memory = memoryStore({ now: clock.now })
  let written: string | undefined
  let subjectHash: string | undefined
  const forged = <T extends object>(session: T): T =>
    written === undefined ? session : { ...session, ...(subjectHash && { subjectHash }), data: written }
  const store: Store = {
    ...memory,
    async rotate(ref, step) {
      const answer = await memory.rotate(ref, step)
      return 'session' in answer ? { ...answer, session: forged(answer.session) } : answer
    },
    list: async subjectHash => (await memory.list(subjectHash)).map(forged),
  }
  const secret = randomSecret()
  const tokens = createTokens({ secret, store, now: clock.now })
  t.teardown(() => tokens.close())
  const { refreshToken } = await tokens.issue({ subject: 'eve' })

  written = JSON.stringify(['ada', {}])
  await t.rejects(tokens.refresh(refreshToken), { code: 'ERR_STORE_UNAVAILABLE' })
  await t.rejects(tokens.sessions('eve'), { code: 'ERR_STORE_UNAVAILABLE' })

  // A store that tells whose session it has found, instead of whose was asked for.
  subjectHash = hashSubject('ada')
  await t.rejects(tokens.refresh(refreshToken), { code: 'ERR_STORE_UNAVAILABLE' })
  subjectHash = undefined

  written = JSON.stringify(['eve', { role: 'admin' }])
  const { accessToken, refreshToken: next } = await tokens.refresh(refreshToken)
  t.match(tokens.verify(accessToken), { sub: 'eve', role: 'admin' })

  // What ends a session ends it, whatever its record says.
  await tokens.refresh(next)
  written = JSON.stringify(['ada', {}])
  await t.rejects(tokens.refresh(refreshToken), { code: 'ERR_STORE_UNAVAILABLE' })
  t.equal(verdict(tokens, accessToken), 'ERR_ACCESS_TOKEN_REVOKED')
})
