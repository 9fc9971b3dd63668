import { createPublicKey, type KeyObject } from 'node:crypto'
import { inspect } from 'node:util'
import t from 'tap'
import { fixture } from './fixture.js'
import { jwkOf, keyPair } from './signing-fixture.js'
import { refusal, shown } from './signing-refusal.js'

const [ed, ec, rsa] = [keyPair('EdDSA'), keyPair('ES256'), keyPair('RS256')]
const good = keyPair('EdDSA').privateKey

t.test('a kid is printable text, and of one key', async test => {
  const jwk = jwkOf(ed.privateKey)
  for (const kid of ['', 'k'.repeat(101), 'a\nb', 'clé', '\0', 5, null, ['a'], {}]) {
    test.match(refusal({ ...jwk, kid }), { message: /^signingKeys must have a kid of 1 to 100 printable/ })
  }
  const same = { ...jwkOf(ec.privateKey), kid: 'one' }
  test.match(refusal([{ ...jwk, kid: 'one' }, same]), {
    message: 'signingKeys[1] has the kid of another key in the ring',
  })
  const thumbprint = fixture({ signingKeys: jwk }).tokens.jwks().keys[0]?.kid
  test.match(refusal([jwk, { ...same, kid: thumbprint }]), { message: /^signingKeys\[1\] has the kid/ })
})

t.test('a JWK that contradicts its own key is refused', async test => {
  const jwks = { EdDSA: jwkOf(ed.privateKey), ES256: jwkOf(ec.privateKey), RS256: jwkOf(rsa.privateKey) }
  for (const [algorithm, jwk] of Object.entries(jwks)) {
    const algs = ['EdDSA', 'ES256', 'RS256', 'PS256', 'RS512', 'HS256', 'none', 'ES256K', '', null, ['ES256']]
    const wrong = [
      ...algs.filter(alg => alg !== algorithm).map(alg => ({ alg })),
      ...['enc', 'SIG', '', null, ['sig']].map(use => ({ use })),
      ...[[], ['verify'], ['sign', 'encrypt'], 'sign', null, {}].map(operations => ({ key_ops: operations })),
    ]
    for (const members of wrong) {
      const error = refusal([{ ...jwk, ...members }])
      test.match(
        error,
        { name: 'TypeError', message: /^signingKeys\[0\] contradicts itself/ },
        inspect(members),
      )
    }
    const operations = { ...jwkOf(createPublicKey(key(algorithm))), key_ops: ['sign'] }
    test.match(refusal([good, operations]), { message: /^signingKeys\[1\] contradicts itself: its key_ops/ })
  }
})

function key(algorithm: string): KeyObject {
  return { EdDSA: ed, ES256: ec, RS256: rsa }[algorithm as 'EdDSA'].privateKey
}

t.test('a JWK whose private and public members belong to different keys is refused', async test => {
  const { x } = jwkOf(keyPair('EdDSA').publicKey)
  // Node 26 reads no such key: its error is not ours.
  test.match(refusal({ ...jwkOf(ed.privateKey), x }), {
    message: /belong to different keys|^signingKeys must be a key/,
  })
  const { x: otherX, y: otherY } = jwkOf(keyPair('ES256').publicKey)
  const { n } = jwkOf(keyPair('RS256').publicKey)
  const mixed = [
    { ...jwkOf(ec.privateKey), x: otherX, y: otherY },
    { ...jwkOf(rsa.privateKey), n },
  ]
  for (const jwk of mixed) {
    test.match(refusal(jwk), { name: 'TypeError', message: /^signingKeys (is broken|must be a key)/ })
    test.strictSame(shown([refusal(jwk)], jwk), [])
  }
})
