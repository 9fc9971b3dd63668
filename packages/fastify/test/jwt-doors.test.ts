import { fakeClock } from '@tokenratchet/core/testing'
import t from 'tap'
import { base64url } from '../../core/test/fixture.js'
import { answers, jwtOf, twoDoors } from './jwt-app.js'
import { type Forger, forger, type Keys, misspelt, randomKeys } from './jwt-forger.js'

const rings: Record<string, Keys> = {
  HS256: randomKeys('HS256'),
  EdDSA: randomKeys('EdDSA'),
  ES256: randomKeys('ES256'),
  RS256: randomKeys('RS256'),
  'HS256, encrypted': randomKeys('HS256', true),
  'EdDSA, encrypted': randomKeys('EdDSA', true),
}

/** An application, and tokens in every state that a genuine one can be in. */
async function given(test: Parameters<typeof twoDoors>[0], keys: Keys) {
  const clock = fakeClock()
  const { app } = await twoDoors(test, keys, clock)
  const issue = async (subject: string) => app.tokens.issue({ subject, transport: 'body' })
  const { accessToken: expired } = await issue('ada')
  clock.advance('11m')
  const { accessToken: good, refreshToken } = await issue('ada')
  const { accessToken: revoked } = await issue('grace')
  await app.tokens.revoke({ token: revoked })
  const seconds = clock.now() / 1000
  return { app, clock, seconds, good, expired, revoked, refreshToken, genuine: await forger(keys, clock) }
}

type Given = Awaited<ReturnType<typeof given>>

const accepted = ({ good, genuine }: Given): Record<string, string> => ({
  good,
  'made by hand': genuine.forge(),
  // Of a name that applications can't set: nobody but us could have said so, and the guard has no use for it.
  'with an nbf': genuine.forge({}, { nbf: 1e10 }),
})

const dead = ({ expired, revoked }: Given): Record<string, [string, code: string]> => ({
  expired: [expired, 'ERR_ACCESS_TOKEN_EXPIRED'],
  revoked: [revoked, 'ERR_ACCESS_TOKEN_REVOKED'],
})

/** All of them `ERR_ACCESS_TOKEN_INVALID`. */
function invalid({ good, refreshToken, seconds, genuine }: Given, foreign: Forger): Record<string, string> {
  const { forge, spell } = genuine
  const [head, payload] = [genuine.header, genuine.claims].map(part => base64url(JSON.stringify(part))) as [
    string,
    string,
  ]
  return {
    'of another secret': foreign.forge(),
    'of another secret, with our kid': foreign.spell(head, payload),
    'of an unknown kid': forge({ kid: 'unknown' }),
    'without a kid': forge({ kid: undefined }),
    'with a kid that is no text': forge({ kid: ['x'] }),
    'of alg none': spell(base64url(JSON.stringify({ ...genuine.header, alg: 'none' })), payload, ''),
    'of alg none, signed': forge({ alg: 'none' }),
    'of another alg': forge({ alg: 'HS512' }),
    'of an alg that is none': forge({ alg: 'x' }),
    'without an alg': forge({ alg: undefined }),
    'of typ JWT': forge({ typ: 'JWT' }),
    'of typ AT+JWT': forge({ typ: 'AT+JWT' }),
    'of typ application/at+jwt': forge({ typ: 'application/at+jwt' }),
    'without a typ': forge({ typ: undefined }),
    'with crit': forge({ crit: ['b64'], b64: true }),
    'with an empty crit': forge({ crit: [] }),
    'issued in the future': forge({}, { iat: seconds + 400, exp: seconds + 900 }),
    'without exp': forge({}, { exp: undefined }),
    'with an exp that is text': forge({}, { exp: `${seconds + 60}` }),
    'without a session': forge({}, { sid: undefined }),
    'with its signature misspelt': misspelt(good),
    'with its header misspelt': spell(misspelt(head), payload),
    // With a blank, as without one there is no other spelling: its bytes are whole triples.
    'with its payload misspelt': spell(head, misspelt(base64url(`${JSON.stringify(genuine.claims)} `))),
    'without a signature': spell(head, payload, ''),
    'with a claim changed': spell(head, base64url('{"sub":"eve"}'), good.split('.').at(-1)),
    'of a payload that is a list': spell(head, base64url('[]')),
    'of a payload that is null': spell(head, base64url('null')),
    'of a payload that is no JSON': spell(head, base64url('{')),
    'of a header that is a list': spell(base64url('[]'), payload),
    'of a header that is no JSON': spell(base64url('{'), payload),
    'with a blank inside': `${good.slice(0, 9)}+${good.slice(9)}`,
    ...Object.fromEntries(
      ['x', '.', '..', '...', 'a.b.c', '....', 'e30.e30.', 'eyJ'].map(text => [text, text]),
    ),
    'of 9,000 characters': 'a'.repeat(9000),
    'a refresh token': refreshToken,
  }
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

for (const [what, keys] of Object.entries(rings)) {
  t.test(`R19, R20: request.jwtVerify() takes what the guard takes, of ${what}`, async t => {
    const made = await given(t, keys)
    for (const [name, token] of Object.entries(accepted(made))) {
      const [guard, jwt] = await answers(made.app, bearer(token))
      t.match(jwt, [200, undefined, { sub: 'ada', sid: String }], name)
      t.strictSame(jwt, guard)
    }
    const { signingKeys } = keys
    const other = signingKeys ? randomKeys('EdDSA', keys.encryptAccessToken) : randomKeys('HS256')
    const foreign = await forger({ ...keys, ...other, encryptAccessToken: false }, made.clock)
    const refused: Record<string, [string, string]> = dead(made)
    for (const [name, token] of Object.entries(invalid(made, foreign))) {
      refused[name] = [token, 'ERR_ACCESS_TOKEN_INVALID']
    }
    for (const [name, [token, code]] of Object.entries(refused)) {
      const [guard, jwt] = await answers(made.app, bearer(token))
      t.match(jwt, [401, /^Bearer error="invalid_token"/, { code }], name)
      t.strictSame(jwt, guard, 'R16: the same answer, to the letter')
    }
  })

  t.test(`R19, R20: app.jwt.verify() takes what the guard takes, of ${what}`, async t => {
    const made = await given(t, keys)
    const jwt = jwtOf(made.app)
    for (const [name, token] of Object.entries(accepted(made))) {
      t.strictSame(await jwt.verify(token), made.app.tokens.verify(token), name)
    }
    const foreign = await forger(randomKeys('HS256'), made.clock)
    for (const [name, [token, code]] of Object.entries(dead(made))) {
      t.throws(() => jwt.verify(token), { name: 'TokenError', code, status: 401 }, name)
    }
    for (const [name, token] of Object.entries({ ...invalid(made, foreign), empty: '' })) {
      t.throws(() => jwt.verify(token), { name: 'TokenError', code: 'ERR_ACCESS_TOKEN_INVALID' }, name)
    }
  })
}
