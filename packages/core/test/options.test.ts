import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { createTokens, type Grant, memoryStore, type TokensOptions } from '@tokenratchet/core'
import { createHttpLayer, type HttpLayerOptions } from '@tokenratchet/core/http'
import fc from 'fast-check'
import t from 'tap'
import { runs } from '../../../test/helpers/effort.js'
import { fixture, outcome, randomSecret, verdict } from './fixture.js'

const secret = randomSecret()
const day = 86_400
const durations = ['accessTokenLifetime', 'idleTimeout', 'sessionLifetime', 'recoveryWindow']

/** The TypeError of these options, when its text begins with the name; otherwise what happened instead. */
function refusal(name: string, options: unknown): TypeError | string {
  try {
    createTokens(options as TokensOptions)
    return 'accepted'
  } catch (error) {
    return error instanceof TypeError && error.message.startsWith(name) ? error : `${error}`
  }
}

/** Those values of an option that are not refused by its name. */
function unrefused(name: string, values: unknown[]): string[] {
  const wrong = values.filter(value => typeof refusal(name, { secret, [name]: value }) === 'string')
  return wrong.map(value => inspect(value))
}

t.test(
  'R23: a duration that is no whole number of seconds, or has no unit, is refused by name',
  async test => {
    const numbers = [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      -1,
      0.5,
      60.5,
      11 * 365 * day,
    ]
    const texts =
      ',900,900000,-5m,1.5x,0.5s,1500ms,1e3s,0x10s,1h30m,15m ,m, ,forever,NaNs,11y,11 years,4000d'.split(',')
    const others = [true, {}, [], [60], 60n, Symbol('60'), new Date(60), Object(60), () => 60]
    for (const name of durations) {
      const mayBeNothing = name === 'recoveryWindow'
      test.strictSame(unrefused(name, [...numbers, ...texts, ...others]), [], name)
      test.strictSame(
        unrefused(name, [0, '0s', '00 min']),
        mayBeNothing ? ['0', "'0s'", "'00 min'"] : [],
        name,
      )
    }
  },
)

t.test('R23: null is no duration', async test => {
  const taken = durations.filter(name => unrefused(name, [null]).length > 0)
  test.strictSame(taken, [])
})

t.test('R23: a duration has one unit', async test => {
  test.strictSame(unrefused('accessTokenLifetime', ['15sm', '5mss', '1hd', '1 minh']), [])
})

t.test('R23: options that contradict each other are refused by both their names', async test => {
  const rows: [string, string, object][] = [
    ['accessTokenLifetime', 'idleTimeout', { accessTokenLifetime: 3601, idleTimeout: '1h' }],
    ['accessTokenLifetime', 'idleTimeout', { accessTokenLifetime: '1d', sessionLifetime: '1h' }],
    ['idleTimeout', 'sessionLifetime', { idleTimeout: '2d', sessionLifetime: '1d' }],
    ['recoveryWindow', 'idleTimeout', { recoveryWindow: '2h', idleTimeout: '1h' }],
    ['recoveryWindow', 'idleTimeout', { recoveryWindow: '2d', sessionLifetime: '1d' }],
  ]
  for (const [name, other, options] of rows) {
    test.match(refusal(name, { secret, ...options }), { message: other }, inspect(options))
  }
})

t.test('R23: any other option of a wrong type or value is refused by name', async test => {
  const texts = ['', 5, null, {}, ['x'], 'x'.repeat(256), 'é'.repeat(128), Buffer.from('x')]
  const functions = [5, 'x', null, {}, [], true]
  const table = {
    ...{
      issuer: texts,
      audience: texts,
      claims: functions,
      onEvent: functions,
      now: [...functions, Date.now()],
    },
    sessionsPerSubject: [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '5', 5n, [5], null],
    store: [{}, 5, null, 'redis', [], new Map(), memoryStore],
  }
  for (const [name, values] of Object.entries(table)) {
    test.strictSame(unrefused(name, values), [], name)
  }
  for (const method of Object.keys(memoryStore())) {
    const store = { ...memoryStore(), [method]: undefined }
    test.match(refusal('store', { secret, store }), { message: method })
  }
})

t.test('R23: an option that nobody knows is refused by name, though it be undefined', async test => {
  const misspelt = 'Secret secrets accessTokenLifeTime accessTokenTtl idleTimeOut sessionLifetimes onevent'
  const elsewhere = 'algorithm expiresIn ttl prefix cookie trustedOrigins routes toString constructor'
  for (const name of `${misspelt} ${elsewhere}`.split(' ')) {
    test.match(refusal('unknown option', { secret, [name]: undefined }), { message: name })
  }
  const own = JSON.parse(`{"secret":"${secret}","__proto__":{"issuer":"x"}}`)
  test.match(refusal('unknown option', own), { message: '__proto__' })
  for (const options of [undefined, null, 'options', 5]) {
    test.type(refusal('options', options), TypeError)
  }
})

t.test('R23: what nobody knows is refused within an option too', async test => {
  for (const refresh of [{ confg: {} }, { config: 5 }, []]) {
    const options = { secret, routes: { refresh } } as unknown as HttpLayerOptions
    test.throws(
      () => createHttpLayer(options),
      { name: 'TypeError', message: /routes\.refresh/ },
      inspect(refresh),
    )
  }
})

t.test('a default gives way to an option, and an option that is undefined is absent', async test => {
  const names = [...durations, 'issuer', 'audience', 'claims', 'sessionsPerSubject', 'onEvent']
  const same = { idleTimeout: '1h', sessionLifetime: '1h', accessTokenLifetime: '1h', recoveryWindow: '1h' }
  const rows: [Partial<TokensOptions>, number[]][] = [
    [{}, [600, 14 * day, 30 * day]],
    [Object.fromEntries(names.map(name => [name, undefined])), [600, 14 * day, 30 * day]],
    [{ sessionLifetime: '1d' }, [600, day, day]],
    [{ sessionLifetime: 1 }, [1, 1, 1]],
    [{ idleTimeout: 60 }, [60, 60, 30 * day]],
    [{ accessTokenLifetime: '1h' }, [3600, 14 * day, 30 * day]],
    [same, [3600, 3600, 3600]],
    [
      { accessTokenLifetime: '90 seconds', idleTimeout: '1.5h', sessionLifetime: '3650d' },
      [90, 5400, 3650 * day],
    ],
  ]
  for (const [options, expected] of rows) {
    const { tokens, clock } = fixture(options)
    const { expiresIn, refreshExpiresIn } = await tokens.issue({ subject: 'alice' })
    const [session] = await tokens.sessions('alice')
    const ends = (Number(session?.absoluteUntil) - clock.now()) / 1000
    test.strictSame([expiresIn, refreshExpiresIn, ends], expected, inspect(options))
  }
  test.equal(refusal('', { secret, store: undefined, now: undefined }), 'accepted')
})

t.test('a recovery window of nothing is strict rotation, however it is spelled', async test => {
  for (const recoveryWindow of [0, '0s', '0 minutes', 1, '1s', undefined]) {
    const { tokens } = fixture({ recoveryWindow })
    const { refreshToken } = await tokens.issue({ subject: 'alice' })
    test.equal(await outcome(tokens.refresh(refreshToken)), 'accepted')
    const again = /^0/.test(`${recoveryWindow}`) ? 'ERR_INVALID_GRANT' : 'accepted'
    test.equal(await outcome(tokens.refresh(refreshToken)), again, `${recoveryWindow}`)
  }
})

const ed25519 = generateKeyPairSync('ed25519')
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const body = randomBytes(48).toString('base64')
const pems = [
  ed25519.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  ed25519.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  rsa.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
  `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
]
const jwk = rsa.publicKey.export({ format: 'jwk' })
const sshTypes = ['ssh-ed25519', 'ssh-rsa', 'ecdsa-sha2-nistp256', 'sk-ssh-ed25519@openssh.com']
const jwks = [jwk, { keys: [jwk] }].flatMap(value => [JSON.stringify(value), JSON.stringify(value, null, 2)])
const keyMaterial = [
  ...['\n', '\r\n', '\\n', ' '].flatMap(end => pems.map(pem => pem.replaceAll('\n', end))),
  ...sshTypes.map(type => `${type} ${body} alice@laptop`),
  ...[...jwks, JSON.stringify(jwk).replaceAll('"', "'")],
]

t.test('R22: key material is no secret, whatever stands before it', async test => {
  const prefixes = ['', '\n', '\r\n\t ', '\ufeff', '\0', '"', 'KEY=', 'Bag Attributes\n  name: x\n', body]
  const encoded = pems.map(pem => Buffer.from(pem).toString('base64'))
  const prefixed = prefixes.flatMap(prefix => keyMaterial.map(text => prefix + text))
  test.strictSame(unrefused('secret', [...prefixed, ...encoded]), [])
})

t.test('R22: key material is no secret in other clothes either', async test => {
  const shifted = ['\n', '\r\n'].map(prefix => Buffer.from(`${prefix}${pems[0]}`).toString('base64'))
  const rfc4716 = `---- BEGIN SSH2 PUBLIC KEY ----\n${body}\n---- END SSH2 PUBLIC KEY ----\n`
  test.strictSame(unrefused('secret', [...shifted, JSON.stringify(JSON.stringify(jwk)), rfc4716]), [])
})

const examples = `
  a-string-secret-at-least-256-bits-long|your-256-bit-secret-your-256-bit-secret|supersecret-supersecret-supersecret!!
  my-super-secret-key-that-is-32-bytes-long|change-me-change-me-please-now-or-never|CHANGEME_CHANGEME_CHANGEME_NOW!!
  replace-this-with-32-random-bytes-please|averylogphrasebiggerthanthirtytwochars|keyboard cat keyboard cat keyboard
  complex_password_at_least_32_characters_long|0123456789abcdef0123456789abcdef|abcdefghijklmnopqrstuvwxyz012345`
  .trim()
  .split(/\n\s+|\|/)
  .concat('a'.repeat(64), '0'.repeat(32), ' '.repeat(40), 'secret'.repeat(8), 'correct-horse!'.repeat(4))

t.test('R22: a secret that is missing, short, published, repetitive or no text is refused', async test => {
  test.ok(examples.every(each => each.length >= 32))
  const { privateKey } = ed25519
  test.strictSame(unrefused('secret', [undefined, '', 'secret', secret.slice(0, 31), ...examples]), [])
  const noTexts = [null, 5, {}, [], [[secret]], [undefined], randomBytes(32), Object(secret), privateKey]
  test.strictSame(unrefused('secret', noTexts), [])
})

t.test('R22: what everybody copies from documentation is no secret', async test => {
  // The README of @fastify/session, and what people make of a demand for 32 characters.
  const copied = [
    'a secret with minimum length of 32 characters',
    'test-secret-that-is-at-least-32-characters-long',
  ]
  test.strictSame(unrefused('secret', copied), [])
})

t.test('R22: each secret of a ring is good and there once; the error shows none', async test => {
  const second = (bad: unknown): TypeError | string => refusal('secret[1] ', { secret: [secret, bad] })
  const bad = [...examples, ...keyMaterial]
  const taken = [...bad, '', 'short', null].filter(each => typeof second(each) === 'string')
  const shown = bad.filter(each => inspect(second(each)).includes(each.slice(0, 16)))
  test.strictSame([taken, shown], [[], []])
  test.match(second(secret), { message: 'twice' })
  test.notOk(inspect(second(secret)).includes(secret.slice(0, 8)))
  test.match(refusal('secret', { secret: [] }), { message: 'empty' })
  test.equal(second(randomSecret()), 'accepted')
})

t.test('R22: random bytes are never refused, as people spell them', async test => {
  const spell = (bytes: Buffer): string[] => [
    ...[16, 20, 24, 32, 44].map(size => bytes.toString('hex', 0, size)),
    ...[24, 32, 48, 66].map(size => bytes.toString('base64', 0, size)),
    ...[25, 33, 49, 65].map(size => bytes.toString('base64url', 0, size)),
  ]
  const random = fc.noBias(fc.uint8Array({ minLength: 66, maxLength: 66 }))
  const accepted = fc.property(random, bytes => {
    return refusal('secret', { secret: spell(Buffer.from(bytes)) }) === 'accepted'
  })
  test.doesNotThrow(() => fc.assert(accepted, { ...runs(500), endOnFailure: true }))
})

const cyclic: Record<string, unknown> = {}
cyclic['self'] = cyclic
const reserved = ['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp', 'nbf', 'scope']
const tooLong = ['a'.repeat(256), 'é'.repeat(128), '💥'.repeat(64)]
const noClaims = [null, [], 'x', 5, true, () => {}, cyclic, { id: 1n }, new Date(), { toJSON: () => [] }]

/** What the error begins with, and the grants. */
const grants: Record<string, object[]> = {
  subject: [undefined, null, '', 5, ['a'], {}, '\ud800', 'a\udfff', ...tooLong].map(subject => ({ subject })),
  claims: [...noClaims, { big: 'x'.repeat(4000) }].map(claims => ({ claims })),
  'claims must not contain': reserved.map(name => ({ claims: { [name]: 1 } })),
  transport: [null, 'Cookie', 'header', true].map(transport => ({ transport })),
  unknown: ['sub', 'claim', 'expiresIn'].map(name => ({ [name]: 'x' })),
}

t.test('a grant that makes no sense is a TypeError that names its flaw, and stores nothing', async test => {
  const { tokens, commands, events } = fixture()
  for (const [text, members] of Object.entries(grants)) {
    for (const grant of members.map(each => ({ subject: 'alice', ...each }))) {
      const error = await tokens.issue(grant).catch(thrown => thrown)
      const member = Object.keys(grant).at(-1) ?? ''
      const { message } = error instanceof TypeError ? error : { message: '' }
      test.ok(message.startsWith(text) && message.includes(member), `${inspect(grant)}: ${error}`)
    }
  }
  for (const grant of [undefined, null, 'alice', 5]) {
    await test.rejects(tokens.issue(grant as unknown as Grant), { name: 'TypeError', message: /^a grant/ })
  }
  test.strictSame([commands, events], [[], []])
  for (const subject of ['a'.repeat(255), `${'é'.repeat(127)}!`, ' ', '\0', '__proto__']) {
    await tokens.issue({ subject, claims: { big: 'x'.repeat(2000) } })
    test.equal((await tokens.sessions(subject)).length, 1)
  }
})

t.test('reserved claims are reserved in what JSON makes of the claims, too', async test => {
  const { tokens, commands } = fixture()
  for (const name of reserved) {
    const document = { toJSON: () => ({ [name]: 'x' }) }
    await test.rejects(tokens.issue({ subject: 'alice', claims: document }), { name: 'TypeError' }, name)
  }
  test.strictSame(commands, [])
})

t.test('an access token that verify would refuse for its size is not issued', async test => {
  const { tokens } = fixture()
  for (const size of [2000, 5000, 9000, 100_000]) {
    const grant = { subject: 'alice', transport: 'body', claims: { big: 'x'.repeat(size) } } as const
    const issued = await tokens.issue(grant).catch(error => error)
    const made = issued instanceof TypeError ? 'accepted' : verdict(tokens, issued.accessToken)
    test.equal(made, 'accepted', `claims of ${size} characters`)
  }
})
