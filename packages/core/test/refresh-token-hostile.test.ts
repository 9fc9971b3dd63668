import { strict as assert } from 'node:assert'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { channel } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { createTokens, type Grant, type Issued, memoryStore } from '@tokenratchet/core'
import { fakeClock } from '@tokenratchet/core/testing'
import fc from 'fast-check'
import t from 'tap'
import { derived, fixture, outcome, randomSecret, withoutKeyReason } from './fixture.js'

const issuer = 'https://issuer.test'
const invalid = 'ERR_INVALID_GRANT'

/** A session, and the key that authenticates its refresh tokens. */
async function session() {
  const made = fixture({ issuer })
  const issued = await made.tokens.issue({ subject: 'alice' })
  const { key, hash } = derived(made.secret, 'refresh token HMAC-SHA-256', issuer)
  const sign = (bytes: Buffer): string => {
    const signed = bytes.subarray(0, 43)
    return Buffer.concat([signed, createHmac('sha256', key).update(signed).digest()]).toString('base64url')
  }
  made.commands.splice(0)
  made.events.splice(0)
  return { ...made, ...issued, bytes: Buffer.from(issued.refreshToken, 'base64url'), sign, hash }
}

type Asserts = Pick<typeof t, 'equal' | 'strictSame'>

/** Each is refused alike, told once, and costs the store nothing; the session lives on. */
async function allInvalid(test: Asserts, made: Awaited<ReturnType<typeof session>>, variants: unknown[]) {
  const { tokens, commands, events, refreshToken, sid } = made
  const passed: unknown[] = []
  for (const variant of variants) {
    if ((await outcome(tokens.refresh(variant as string))) !== invalid) {
      passed.push(variant)
    }
  }
  test.strictSame(passed, [])
  test.strictSame(commands, [])
  const refused = { type: 'refused', credential: 'refresh_token', reason: 'invalid' }
  test.strictSame(withoutKeyReason(events), Array(variants.length).fill(refused))
  test.equal((await tokens.refresh(refreshToken)).sid, sid)
}

/** The token with one byte of its 75 changed. */
function changed(bytes: Buffer, index: number, change: (byte: number) => number): Buffer {
  const copy = Buffer.from(bytes)
  copy[index] = change(copy[index] ?? 0)
  return copy
}

t.test('a refresh token is 75 bytes: version, key, subject, session, generation, HMAC', async test => {
  const { tokens, clock, sid, refreshToken, hash, sign } = await session()
  const body = await tokens.issue({ subject: 'alice', transport: 'body' })
  clock.advance('1h')
  const next = await tokens.refresh(refreshToken)
  const rows = [
    { token: refreshToken, first: 0x10, sid, generation: 0 },
    { token: body.refreshToken, first: 0x11, sid: body.sid, generation: 0 },
    // As many as the milliseconds since the login, so that no number is issued twice.
    { token: next.refreshToken, first: 0x10, sid, generation: 3_600_000 },
  ]
  for (const { token, ...expected } of rows) {
    const bytes = Buffer.from(token, 'base64url')
    test.match(token, /^[A-Za-z0-9_-]{100}$/)
    test.equal(bytes.length, 75)
    test.strictSame(bytes.subarray(1, 5), hash.subarray(0, 4))
    test.strictSame(bytes.subarray(5, 21), createHash('sha256').update('alice').digest().subarray(0, 16))
    const hashed = createHash('sha256').update(bytes.subarray(21, 37)).digest()
    const generation = bytes.readUIntBE(37, 6)
    test.strictSame({ first: bytes[0], sid: hashed.toString('base64url', 0, 16), generation }, expected)
    test.equal(sign(bytes), token)
  }
  const handles = rows.map(({ token }) => Buffer.from(token, 'base64url').toString('hex', 21, 37))
  test.equal(new Set(handles).size, 2, 'a random handle for each session')
})

t.test('R7, R8: a refresh token with any one bit flipped is refused', async test => {
  const made = await session()
  const flips = Array.from({ length: 600 }, (_, bit) =>
    changed(made.bytes, bit >> 3, byte => byte ^ (1 << (bit & 7))).toString('base64url'),
  )
  await allInvalid(test, made, flips)
})

t.test('R7: another version, transport or key is refused, though the MAC be right', async test => {
  const made = await session()
  const versions = Array.from({ length: 256 }, (_, byte) => byte).filter(
    byte => byte !== 0x10 && byte !== 0x11,
  )
  const ids = [1, 2, 3, 4].map(index => changed(made.bytes, index, byte => byte ^ 1))
  test.equal(made.sign(made.bytes), made.refreshToken)
  await allInvalid(
    test,
    made,
    [...versions.map(byte => changed(made.bytes, 0, () => byte)), ...ids].map(made.sign),
  )
})

t.test('R20: a refresh token has one spelling, and no other length', async test => {
  const made = await session()
  const { refreshToken: token, bytes, accessToken } = made
  const cuts = Array.from(token, (_, end) => [token.slice(0, end), token.slice(end + 1)])
  const blanks = [...' \t\n\0\u00a0\ufeff=.,é\ud800', '\r\n', '==', '%20', '💥']
  const inside = blanks.map(blank => token.slice(0, 50) + blank + token.slice(50 + blank.length))
  const wide = Array.from(token, (character, index) => {
    const other = String.fromCharCode(character.charCodeAt(0) + 0x100)
    return token.slice(0, index) + other + token.slice(index + 1)
  })
  const encodings = [bytes.toString('base64'), bytes.toString('hex'), bytes.toString('latin1'), accessToken]
  await allInvalid(test, made, [
    ...[
      ...cuts.flat(),
      ...wide,
      ...inside,
      ...[...blanks, 'A'].flatMap(more => [token + more, more + token]),
    ],
    ...[token.toLowerCase(), token.toUpperCase(), token + token, `"${token}"`, 'x'.repeat(50_000_000)],
    ...encodings.filter(encoding => encoding !== token),
  ])
})

t.test('R16: what is no text is refused as any other', async test => {
  const made = await session()
  const { refreshToken: token, bytes } = made
  const disguise = { toString: () => token, valueOf: () => token, length: 100 }
  const values = [
    undefined,
    null,
    true,
    0,
    Number.NaN,
    1n,
    Symbol(token),
    {},
    [],
    [token],
    disguise,
    () => token,
  ]
  await allInvalid(test, made, [...values, Object(token), bytes, Buffer.from(token), Object.create(null)])
})

t.test('R7: a token presented on the other transport is refused, and its session lives on', async test => {
  const { tokens, commands, events } = fixture()
  const other = { cookie: 'body', body: 'cookie' } as const
  for (const transport of ['cookie', 'body'] as const) {
    const { refreshToken, sid } = await tokens.issue({ subject: 'alice', transport })
    commands.splice(0)
    events.splice(0)
    test.equal(await outcome(tokens.refresh(refreshToken, { transport: other[transport] })), invalid)
    test.strictSame(commands, [])
    test.strictSame(events, [{ type: 'refused', credential: 'refresh_token', reason: 'transport', sid }])
    const next = await tokens.refresh(refreshToken, { transport })
    test.equal(await outcome(tokens.refresh(next.refreshToken, { transport: other[transport] })), invalid)
    test.equal((await tokens.refresh(next.refreshToken)).sid, sid)
  }
})

t.test('R7: a token of another secret, issuer or deployment is refused, and ends no session', async test => {
  const { tokens, clock, secret, store, commands, refreshToken, sid } = await session()
  const others = [{ secret: randomSecret(), issuer }, { secret, issuer: `${issuer}/` }, { secret }]
  for (const other of others) {
    const theirs = createTokens({ ...other, store, now: clock.now })
    test.equal(await outcome(theirs.refresh(refreshToken)), invalid)
    test.equal(await theirs.revoke({ token: refreshToken }), undefined)
    test.strictSame(commands, [])
  }
  test.equal(await outcome(createTokens({ secret, issuer }).refresh(refreshToken)), invalid, 'another store')
  test.equal((await tokens.refresh(refreshToken)).sid, sid)
})

t.test('R8: 20,000 garbage tokens cost the store no command, by whatever door', async test => {
  const made = await session()
  const { tokens, bytes, commands } = made
  const garbage = Array.from({ length: 20_000 }, (_, index) => {
    const random = randomBytes(75)
    // Half of them with the right version, key and subject: as far as the MAC.
    bytes.copy(random, 0, 0, index % 2 === 0 ? 21 : 0)
    return random.toString('base64url')
  })
  const some = garbage.slice(0, 100)
  const named = await Promise.all(some.map(async token => tokens.revoke({ token })))
  test.strictSame(new Set(named), new Set([undefined]))
  await allInvalid(test, made, garbage)
  commands.splice(0)
  await Promise.all(some.map(async replaces => tokens.issue({ subject: 'bob', replaces })))
  test.strictSame(
    commands.map(({ method }) => method),
    some.map(() => 'create'),
  )
  const shaped = fc.string({ unit: fc.constantFrom(...'ABab01-_'), minLength: 100, maxLength: 100 })
  const anything = fc.oneof(fc.anything(), fc.string({ unit: 'binary' }), fc.base64String(), shaped)
  commands.splice(0)
  await fc.assert(
    fc.asyncProperty(anything, async value => (await outcome(tokens.refresh(value as string))) === invalid),
  )
  test.strictSame(commands, [])
})

/** A busy day: all that was issued, stored, told and thrown. */
async function busyDay() {
  const clock = fakeClock()
  const store = memoryStore({ now: clock.now, maxSessions: 3 })
  let answer: () => false | undefined = () => undefined
  const made = fixture({ now: clock.now, store, sessionsPerSubject: 2, claims: () => answer() })
  const { tokens } = made
  const issued: Issued[] = []
  const errors: unknown[] = []
  const keep = async (promise: Promise<Issued>): Promise<Issued> => {
    const kept = await promise
    issued.push(kept)
    return kept
  }
  const login = (grant: Grant): Promise<Issued> => keep(tokens.issue(grant))
  const refresh = ({ refreshToken }: Issued): Promise<Issued> => keep(tokens.refresh(refreshToken))
  const refused = async (promise: Promise<unknown>): Promise<void> => {
    errors.push(
      await promise.then(
        () => assert.fail('was accepted'),
        error => error,
      ),
    )
  }
  // Rotated, reissued, reused.
  const first = await login({ subject: 'alice', claims: { role: 'admin' } })
  const second = await refresh(first)
  await refresh(first)
  await refresh(second)
  await refused(tokens.refresh(first.refreshToken))
  await refused(tokens.refresh(second.refreshToken))
  await refused(tokens.introspect(second.accessToken))
  // Replaced and evicted.
  const third = await login({ subject: 'alice' })
  const fourth = await login({ subject: 'alice', replaces: third.refreshToken })
  await login({ subject: 'alice', transport: 'body' })
  await login({ subject: 'alice' })
  await refused(tokens.introspect(fourth.accessToken))
  // An outage of the user database, an account that is disabled, a store that is full.
  const fifth = await login({ subject: 'bob' })
  answer = () => assert.fail('down')
  await refused(tokens.refresh(fifth.refreshToken))
  answer = () => false
  await refused(tokens.refresh(fifth.refreshToken))
  const last = await login({ subject: 'carol' })
  await refused(tokens.issue({ subject: 'dora' }))
  await refused(tokens.issue({ subject: 'carol', claims: { big: 'x'.repeat(9000) } }))
  await tokens.sessions('carol')
  // Nearly tokens, dead tokens.
  await refused(tokens.refresh(last.refreshToken, { transport: 'body' }))
  await refused(tokens.refresh(last.refreshToken.slice(1)))
  await refused(tokens.introspect(last.accessToken.slice(1)))
  await tokens.revoke({ token: last.accessToken })
  await refused(tokens.refresh(last.refreshToken))
  clock.advance('14d')
  await refused(tokens.introspect(last.accessToken))
  await tokens.revokeAll('alice')
  return { ...made, issued, errors }
}

/** What must be found nowhere: the tokens, what makes them, and what makes them genuine. */
function secretsOf({ accessToken, refreshToken }: Issued): string[] {
  const bytes = Buffer.from(refreshToken, 'base64url')
  const spell = (part: Buffer): string[] =>
    (['base64', 'base64url', 'hex'] as const).map(encoding => part.toString(encoding))
  const signature = accessToken.replace(/^.*\./, '')
  return [refreshToken, signature, ...spell(bytes.subarray(21, 37)), ...spell(bytes.subarray(43))]
}

t.test('R10: what the store is given and answers holds no token, nor what makes one', async test => {
  const { commands, issued } = await busyDay()
  const dump = JSON.stringify(commands)
  test.same(JSON.parse(dump), commands, 'JSON shows all of it')
  test.strictSame(
    issued.filter(({ sid }) => !dump.includes(sid)),
    [],
  )
  test.strictSame(
    issued.flatMap(secretsOf).filter(text => dump.includes(text)),
    [],
  )
})

t.test('R31: no event, error or inspection shows a token or a secret', async test => {
  const published: unknown[] = []
  const subscriber = (event: unknown): void => void published.push(event)
  channel('tokenratchet').subscribe(subscriber)
  const { events, errors, issued, secret, tokens } = await busyDay()
  channel('tokenratchet').unsubscribe(subscriber)
  const types =
    'claims_unavailable evicted issued refreshed refused reissued reused revoked store_unavailable'
  test.equal([...new Set(events.map(({ type }) => type))].sort().join(' '), types)
  test.strictSame(published, events)
  const everything = { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null }
  const text = inspect([events, errors, tokens], { ...everything, maxArrayLength: null })
  test.strictSame(
    issued.filter(({ sid }) => !text.includes(sid)),
    [],
  )
  test.strictSame(
    [secret, ...issued.flatMap(secretsOf)].filter(each => text.includes(each)),
    [],
  )
})
