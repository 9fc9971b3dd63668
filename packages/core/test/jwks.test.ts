import { createHttpLayer, type HttpLayerOptions, type HttpRequest, type Route } from '@tokenratchet/core/http'
import t from 'tap'
import { answer } from './ask.js'
import { fixture, randomSecret } from './fixture.js'
import { algorithms, headerOf, jwkOf, keyPair, privateForms, publicForms } from './signing-fixture.js'

const secret = randomSecret()
const pairs = algorithms.map(algorithm => ({ algorithm, ...keyPair(algorithm) }))
const ring = pairs.map(({ privateKey }) => privateKey)

const members = {
  EdDSA: ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
  ES256: ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
  RS256: ['alg', 'e', 'kid', 'kty', 'n', 'use'],
}

t.test('R31: the set has public members only, in whatever form the key came', async test => {
  const first = keyPair('EdDSA').privateKey
  for (const { algorithm, privateKey, publicKey } of pairs) {
    const rich = { ...jwkOf(privateKey), kid: 'rich', x5c: ['MII'], ext: true, note: 'of the caller' }
    const mine = Object.entries({ ...privateForms(privateKey), rich })
    const theirs = Object.entries(publicForms(publicKey))
    const sets = [
      ...mine.map(([form, key]) => ({ form, signingKeys: [key] })),
      ...[...mine, ...theirs].map(([form, key]) => ({ form, signingKeys: [first, key] })),
    ]
    for (const { form, signingKeys } of sets) {
      const { keys } = fixture({ signingKeys }).tokens.jwks()
      test.equal(keys.length, signingKeys.length)
      test.strictSame(Object.keys(keys.at(-1) ?? {}).sort(), members[algorithm], form)
      test.match(keys.at(-1), { ...jwkOf(publicKey), alg: algorithm, use: 'sig' })
    }
  }
})

t.test('the set is the ring in its order, and its kid is that of the tokens', async test => {
  const { tokens } = fixture({ signingKeys: ring })
  const { keys } = tokens.jwks()
  test.strictSame(
    keys.map(({ alg }) => alg),
    algorithms,
  )
  const { accessToken } = await tokens.issue({ subject: 'alice' })
  test.equal(keys[0]?.kid, headerOf(accessToken)['kid'])
})

t.test('a set belongs to whoever asked for it', async test => {
  const { tokens } = fixture({ signingKeys: ring })
  const untouched = structuredClone(tokens.jwks())
  const mine = tokens.jwks()
  Object.assign(mine.keys[0] ?? {}, { kid: 'x', d: 'x' })
  mine.keys.length = 1
  test.strictSame(tokens.jwks(), untouched)
})

t.test('a secret has no public key: without signingKeys the set is empty', async test => {
  test.strictSame(fixture().tokens.jwks(), { keys: [] })
  test.strictSame(fixture({ encryptAccessToken: true }).tokens.jwks(), { keys: [] })
})

function routeOf(options: Partial<HttpLayerOptions>): Route | undefined {
  return createHttpLayer({ secret, ...options }).routes.find(({ name }) => name === 'jwks')
}

t.test('the route is at the root, whatever the prefix, when there is something to emit', async test => {
  const config = { rateLimit: { max: 5 } }
  for (const prefix of ['/auth', '/api/session']) {
    test.match(routeOf({ prefix, signingKeys: ring }), { method: 'GET', path: '/.well-known/jwks.json' })
  }
  test.strictSame(routeOf({ signingKeys: ring, routes: { jwks: { config } } })?.config, config)
  test.equal(routeOf({ signingKeys: ring, routes: { jwks: false } }), undefined)
  test.equal(routeOf({}), undefined)
  test.equal(routeOf({ routes: { jwks: {} } }), undefined)
  test.throws(() => routeOf({ routes: { jwks: { confg: {} } } as object }), { message: /routes\.jwks/ })
})

t.test('GET and HEAD answer the set, for caches to keep, whoever asks from wherever', async test => {
  const { tokens, routes } = createHttpLayer({ secret, signingKeys: ring })
  const route = routes.find(({ name }) => name === 'jwks')
  const expected = { status: 200, headers: { 'cache-control': 'public, max-age=300' }, body: tokens.jwks() }
  const headers: HttpRequest['headers'][] = [
    {},
    { cookie: '__Host-access_token=a; __Host-access_token=b; __Host-refresh_token=c' },
    { authorization: 'Bearer x y', origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' },
  ]
  for (const method of ['GET', 'HEAD']) {
    for (const each of headers) {
      test.strictSame(await answer(route, { method, headers: each }), expected)
    }
  }
})

t.test('another method of the set is 405, and the response names those that work', async test => {
  const route = routeOf({ signingKeys: ring })
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'get', undefined]) {
    test.match(await answer(route, { method, headers: {} }), {
      status: 405,
      headers: { allow: 'GET, HEAD', 'cache-control': 'no-store' },
      body: { error: 'invalid_request', error_description: 'This route takes GET' },
    })
  }
})
