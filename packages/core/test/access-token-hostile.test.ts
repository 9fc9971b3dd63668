import { createHmac, randomBytes } from 'node:crypto'
import { type Claims, createTokens } from '@tokenratchet/core'
import fc from 'fast-check'
import t from 'tap'
import { base64url, fixture, forger, verdict, withoutKeyReason } from './fixture.js'

const issuer = 'https://issuer.test'
const audience = 'api'
const invalid = 'ERR_ACCESS_TOKEN_INVALID'
const expired = 'ERR_ACCESS_TOKEN_EXPIRED'
const revoked = 'ERR_ACCESS_TOKEN_REVOKED'

/** A genuine access token, and what an attacker would dream of: the key that signed it. */
async function genuine(claims: object = {}) {
  const made = fixture({ issuer, audience })
  const { tokens, secret, clock } = made
  const { accessToken: token } = await tokens.issue({ subject: 'alice', claims })
  // The same deployment in another process, which has verified nothing yet.
  const fresh = createTokens({ secret, issuer, audience, now: clock.now })
  const [header, payload, signature] = token.split('.') as [string, string, string]
  const { sign, kid } = forger(secret, issuer)
  const forge = (claims: Texts, header: Texts = {}, hash?: string): string => {
    const dates = { iat: `${clock.now() / 1000}`, exp: `${clock.now() / 1000 + 60}` }
    const ids = { iss: `"${issuer}"`, aud: `"${audience}"`, sub: '"bob"', sid: '"s"', jti: '"j"' }
    const head = object({ alg: '"HS256"', typ: '"at+jwt"', kid: `"${kid}"`, ...header })
    return sign(base64url(head), base64url(object({ ...ids, ...dates, ...claims })), hash)
  }
  return { ...made, token, fresh, header, payload, signature, sign, kid, forge }
}

/** Members as JSON texts; `undefined` leaves one out. */
type Texts = Record<string, string | undefined>

function object(texts: Texts): string {
  const members = Object.entries(texts).filter(([, text]) => text !== undefined)
  return `{${members.map(([name, text]) => `"${name}":${text}`).join()}}`
}

/** The cells of a row; `-` is none. */
function cells(row: string): (string | undefined)[] {
  return row.split(' ').map(cell => (cell === '-' ? undefined : cell))
}

function each(table: Record<string, (string | undefined)[]>): Texts[] {
  return Object.entries(table).flatMap(([name, row]) => row.map(cell => ({ [name]: cell })))
}

/** An object with a member more, whose text has these bytes. */
function withBytes(hex: string, json: string): Buffer {
  return Buffer.concat([Buffer.from('{"x":"'), Buffer.from(hex, 'hex'), Buffer.from(`",${json.slice(1)}`)])
}

type Genuine = Awaited<ReturnType<typeof genuine>>
type Asserts = Pick<typeof t, 'equal' | 'strictSame'>

/** Each is refused, and told once, whether the genuine token was verified before or not; that one still passes. */
function allInvalid(test: Asserts, { tokens, fresh, token, events }: Genuine, variants: unknown[]): void {
  const passed = (by: typeof tokens): unknown[] =>
    variants.filter(variant => verdict(by, variant) !== invalid)
  test.strictSame(passed(fresh), [])
  test.equal(fresh.verify(token).sub, 'alice')
  test.equal(tokens.verify(token).sub, 'alice')
  const before = events.length
  test.strictSame(passed(tokens), [])
  const refused = { type: 'refused', credential: 'access_token', reason: 'invalid' }
  test.strictSame(withoutKeyReason(events.slice(before)), Array(variants.length).fill(refused))
  test.equal(tokens.verify(token).sub, 'alice')
}

/** Each character replaced in turn. */
function replaced(token: string, other: (code: number) => number): string[] {
  return Array.from(token, (character, index) => {
    const replacement = String.fromCharCode(other(character.charCodeAt(0)))
    return token.slice(0, index) + replacement + token.slice(index + 1)
  })
}

/** Other last characters that a lax decoder reads as the same bytes. */
function respelled(segment: string): string[] {
  const bytes = Buffer.from(segment, 'base64url')
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return Array.from(alphabet, last => segment.slice(0, -1) + last).filter(
    other => other !== segment && Buffer.from(other, 'base64url').equals(bytes),
  )
}

t.test('R20, R24: an access token with any one bit flipped is refused', async test => {
  const made = await genuine({ role: 'admin' })
  const bits = [1, 2, 4, 8, 16, 32, 64, 128, 256, 0x8000]
  const flips = bits.flatMap(bit => replaced(made.token, code => code ^ bit))
  test.equal(flips.length, made.token.length * bits.length)
  allInvalid(test, made, flips)
})

t.test('R20: truncated, extended and recombined tokens are refused', async test => {
  const made = await genuine()
  const { token, header, payload, signature, tokens } = made
  const { accessToken: other } = await tokens.issue({ subject: 'mallory' })
  test.equal(tokens.verify(other).sub, 'mallory')
  const [, otherPayload, otherSignature] = other.split('.')
  const cuts = Array.from(token, (_, end) => [token.slice(0, end), token.slice(end + 1)])
  allInvalid(test, made, [
    ...cuts.flat(),
    ...['.', '..', '...', `${token}.`, `.${token}`, `${token}.${signature}`, `${header}.${token}`],
    ...[`${header}..${signature}`, `.${payload}.${signature}`, `${header}.${payload}.`],
    ...[`${header}.${payload}..${signature}`, `${payload}.${header}.${signature}`, token + token],
    ...[`${header}.${otherPayload}.${signature}`, `${header}.${payload}.${otherSignature}`],
    ...[`Bearer ${token}`, `"${token}"`, '.'.repeat(8000), ...[...'=+/%!,;~'].map(more => token + more)],
  ])
})

t.test('R20, R24: a token has one spelling, though another be signed as well', async test => {
  for (const filler of ['', '?', '??']) {
    const made = await genuine({ filler: `${filler}???>>>ÿÿÿ` })
    const { token, header, payload, signature, sign } = made
    const standard = payload.replaceAll('-', '+').replaceAll('_', '/')
    test.not(standard, payload)
    test.equal(sign(header, payload), token)
    test.equal(respelled(signature).length, 3)
    const lax = (segment: string): string[] => [
      ...respelled(segment),
      ...['=', '==', ' ', '\n', '\0', 'é', 'A', 'AAAA'].map(more => segment + more),
      ...[' ', '\n', '\0', '\ufeff'].map(more => more + segment),
    ]
    const blanks = [' ', '\t', '\n', '\r\n', '\0', '\u00a0', '\ufeff', '\ud800', 'é', '=']
    allInvalid(test, made, [
      ...lax(header).map(other => sign(other, payload)),
      ...[...lax(payload), standard].map(other => sign(header, other)),
      ...lax(signature).map(other => `${header}.${payload}.${other}`),
      ...blanks.flatMap(blank => [token + blank, blank + token]),
      ...[token.toUpperCase(), token.toLowerCase(), token.replaceAll('.', '%2E')],
      ...replaced(token, code => code + 0xfee0),
    ])
  }
})

t.test('R16: what is no text, or a monster of one, is refused as any other', async test => {
  const made = await genuine()
  const { token, header, payload, tokens, forge } = made
  const disguise = { toString: () => token, valueOf: () => token, split: () => token.split('.'), length: 300 }
  allInvalid(test, made, [
    ...[undefined, null, true, 0, Number.NaN, 1n, Symbol(token), {}, [], [token], disguise, () => token],
    ...[Object(token), Buffer.from(token), Object.create(null), { token }],
    ...['x'.repeat(50_000_000), token.repeat(10_000), `${header}.${payload}.${'A'.repeat(10_000_000)}`],
    forge({ filler: JSON.stringify('x'.repeat(1_000_000)) }),
  ])
  const refused = (value: unknown): boolean => verdict(tokens, value) === invalid
  const segment = fc.string({ unit: 'binary' }).map(base64url)
  const shaped = fc.tuple(segment, segment, segment).map(segments => segments.join('.'))
  fc.assert(fc.property(fc.oneof(fc.anything(), shaped), refused))
  test.notOk(refused(token))
})

t.test('R19, R20: a header is ours to the letter, or the right key is of no use', async test => {
  const made = await genuine()
  const { forge, sign, payload, kid, fresh } = made
  const wrong = {
    typ: cells('- "JWT" "AT+JWT" "application/at+jwt" "at+jwt\\u0000" ["at+jwt"] null'),
    crit: cells('["exp"] ["b64"] ["typ"] [] {} null false ""'),
    alg: cells('- "none" "None" "hs256" "HS384" "HS512" "RS256" "ES256" ["HS256"] null'),
    kid: cells(`- "unknown" "" "${kid}=" ["${kid}"] {"${kid}":1} 5 null "__proto__" "toString"`),
  }
  const right = `{"alg":"HS256","typ":"at+jwt","kid":"${kid}"}`
  const raw = [...cells(`[] [${right}] "x" null 5 { ${right}, {"__proto__":${right}}`), '', `\ufeff${right}`]
  const bytes = ['ff', 'c0af', 'eda080'].map(hex => withBytes(hex, right))
  allInvalid(test, made, [
    ...each(wrong).map(row => forge({}, row)),
    ...each({ alg: cells('"none" "None" "NONE"') }).map(row => forge({}, row).replace(/[^.]*$/, '')),
    ...['sha384', 'sha512'].map(hash => forge({}, { alg: `"HS${hash.slice(3)}"` }, hash)),
    ...[...raw, ...bytes].map(text => sign(base64url(text ?? ''), payload)),
    forge({}, {}, 'sha512'),
  ])
  test.equal(fresh.verify(sign(base64url(right), payload)).sub, 'alice')
})

t.test('R19: a key, or the way to one, in a header is never used', async test => {
  const made = await genuine()
  const key = randomBytes(32)
  const url = cells('"https://evil.test/keys"')
  const jwk = `{"kty":"oct","k":"${base64url(key)}"}`
  for (const way of each({ jku: url, x5u: url, x5c: cells('["MII"]'), jwk: [jwk] })) {
    const forged = made.forge({}, way)
    test.equal(made.fresh.verify(forged).sub, 'bob', 'our key verifies it')
    const input = forged.replace(/\.[^.]*$/, '')
    const signature = createHmac('sha256', key).update(input).digest('base64url')
    allInvalid(test, made, [`${input}.${signature}`])
  }
})

t.test('R20, R21: claims are complete and for us, or their token is refused', async test => {
  const made = await genuine()
  const { forge, sign, header, clock, fresh } = made
  const now = clock.now() / 1000
  const dates = cells(`- null "${now + 60}" [${now + 60}] {} 1e400 -1e400 true ${now + 60}.5`)
  const texts = cells('- null "" 5 true ["x"] {}')
  const wrong = {
    ...{ exp: dates, iat: [...dates, `${now + 301}`], sub: texts, sid: texts, jti: texts },
    iss: cells(`- null "" ["${issuer}"] "${issuer}/" "${issuer.toUpperCase()}"`),
    aud: cells('- null "" [] "API" "apis" ["other"] [["api"]] {"api":1} {"0":"api","length":1}'),
  }
  const right = Buffer.from(forge({}).split('.')[1] ?? '', 'base64url').toString()
  const raw = [...cells(`[] [${right}] "x" null 5 { ${right}, {"__proto__":${right}}`), '', `\ufeff${right}`]
  const bytes = ['ff', 'c0af', 'eda080', 'f09f'].map(hex => withBytes(hex, right))
  const texted = [...raw, ...bytes, right.replace(/"exp":\d+/, '"exp":NaN')]
  allInvalid(test, made, [
    ...each(wrong).map(row => forge(row)),
    ...texted.map(text => sign(header, base64url(text ?? ''))),
  ])
  test.equal(fresh.verify(sign(header, base64url(withBytes('c3a9', right)))).sub, 'bob')
  const verdicts = (rows: Texts[]): string[] => rows.map(row => verdict(fresh, forge(row)))
  const good = each({ aud: ['["x","api"]'], iat: [`${now + 300}`, `${now - 599}`], exp: [`${now + 1}`] })
  test.strictSame(verdicts([{}, ...good]), Array(5).fill('accepted'))
  const late = each({ exp: [`${now}`, '0', '-1'], iat: [`${now - 600}`] })
  test.strictSame(verdicts(late), Array(4).fill(expired))
})

t.test('of a name that is there twice the last one counts, for the check as for the answer', async test => {
  const { forge, sign, header, payload, kid, fresh } = await genuine()
  const claims = Buffer.from(forge({}).split('.')[1] ?? '', 'base64url').toString()
  const twice = (more: string): string => sign(header, base64url(claims.replace(/}$/, `,${more}}`)))
  test.equal(fresh.verify(twice('"sub":"carol"')).sub, 'carol')
  test.equal(verdict(fresh, twice('"exp":0')), expired)
  test.equal(verdict(fresh, twice('"iss":"x"')), invalid)
  const alg = (first: string, last: string): string =>
    sign(base64url(`{"alg":"${first}","typ":"at+jwt","kid":"${kid}","alg":"${last}"}`), payload)
  test.equal(fresh.verify(alg('none', 'HS256')).sub, 'alice')
  test.equal(verdict(fresh, alg('HS256', 'none')), invalid)
})

t.test('R24: dates and revocation are checked again when a token is known already', async test => {
  const { tokens, token, clock } = await genuine()
  const start = clock.now()
  const verdictAt = (time: number): string => {
    clock.set(start + time)
    return verdict(tokens, token)
  }
  test.strictSame([0, 599_999, 600_000].map(verdictAt), ['accepted', 'accepted', expired])
  test.strictSame([-300_000, -300_001, 1000].map(verdictAt), ['accepted', invalid, 'accepted'])
  await tokens.revokeAll('alice')
  test.equal(verdictAt(1000), revoked)
})

t.test('R24: more tokens than the cache holds stay who they are', async test => {
  const { tokens, clock } = fixture()
  const subjects = Array.from({ length: 10_100 }, (_, index) => `user-${index}`)
  const issued = await Promise.all(
    subjects.map(async subject => tokens.issue({ subject, claims: { subject } })),
  )
  const strangers = (): string[] =>
    issued.flatMap(({ accessToken, sid }, index) => {
      const claims = tokens.verify(accessToken) as Claims<{ subject: string }>
      const own = claims.sub === subjects[index] && claims.subject === claims.sub && claims.sid === sid
      return own ? [] : [claims.sub]
    })
  test.strictSame(strangers(), [])
  issued.reverse()
  subjects.reverse()
  test.strictSame(strangers(), [])
  const verdicts = (): Set<string> => new Set(issued.map(each => verdict(tokens, each.accessToken)))
  const gone = issued.filter((_, index) => index % 3500 === 0)
  await Promise.all(gone.map(async ({ accessToken: token }) => tokens.revoke({ token })))
  const refused = issued.filter(({ accessToken }) => verdict(tokens, accessToken) !== 'accepted')
  test.strictSame(refused, gone)
  test.strictSame(verdicts(), new Set([revoked, 'accepted']))
  clock.advance('10m')
  test.strictSame(verdicts(), new Set([expired]))
})

t.test('R24: what one request does to its claims, no other request sees', async test => {
  const { tokens, token } = await genuine({ roles: ['member'], profile: { name: { first: 'Alice' } } })
  const first = tokens.verify(token) as Claims<{ roles: string[]; profile: { name: { first: string } } }>
  const untouched = structuredClone(first)
  test.throws(() => first.roles.push('admin'), TypeError)
  test.throws(() => Object.assign(first.profile, { admin: true }), TypeError)
  test.throws(() => Object.assign(first.profile.name, { first: 'Mallory' }), TypeError)
  Object.assign(first, { sub: 'mallory', roles: ['admin'], exp: Number.MAX_SAFE_INTEGER, admin: true })
  test.strictSame(tokens.verify(token), untouched)
  test.strictSame(await tokens.introspect(token), untouched)
})

t.test('R25: no name of a claim is more than a name', async test => {
  const { tokens } = fixture()
  const globals = Object.getOwnPropertyNames(Object.prototype)
  const name = fc.oneof(fc.constantFrom(...globals, 'prototype', 'toJSON', 'then', 'length'), fc.string())
  const bag = fc.dictionary(name, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 })
  const own = (claims: object): string => {
    const { sub, sid, jti, iat, exp, ...rest } = claims as Claims
    return JSON.stringify(rest)
  }
  await fc.assert(
    fc.asyncProperty(bag, fc.constantFrom('alice', ...globals), async (claims, subject) => {
      const text = JSON.stringify(JSON.parse(JSON.stringify(claims)))
      const { accessToken, refreshToken } = await tokens.issue({ subject, claims, transport: 'body' })
      const { accessToken: next } = await tokens.refresh(refreshToken)
      const [session] = await tokens.sessions(subject)
      const twice = [tokens.verify(accessToken), tokens.verify(accessToken)]
      const all = [...twice, await tokens.introspect(next), session?.claims ?? {}]
      await tokens.revokeAll(subject)
      return all.every(each => own(each) === text)
    }),
  )
  const evil = '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"toString":"x"}'
  const { accessToken } = await tokens.issue({ subject: '__proto__', claims: JSON.parse(evil) })
  const claims = tokens.verify(accessToken)
  test.equal(Object.getPrototypeOf(claims), Object.prototype)
  test.notOk('admin' in claims || 'admin' in {})
  test.strictSame(Object.getOwnPropertyNames(Object.prototype), globals)
})
