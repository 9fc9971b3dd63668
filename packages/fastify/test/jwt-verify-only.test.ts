import type { FastifyReply } from 'fastify'
import t from 'tap'
import { call, jwtOf, twoDoors } from './jwt-app.js'
import { forger, randomKeys } from './jwt-forger.js'

const refusal = /unable to sign/
const ownKey = { key: 'a key of an attacker of thirty-two bytes' }

type Sign = { jwtSign(claims: object, ...rest: unknown[]): Promise<string> }

t.test('nobody can sign a token without a session', async t => {
  for (const keys of [randomKeys('HS256'), randomKeys('EdDSA'), randomKeys('HS256', true)]) {
    const { app } = await twoDoors(t, keys)
    const { sign } = jwtOf(app)
    t.throws(() => sign({ sub: 'ada' }), { message: refusal })
    t.throws(() => sign({ sub: 'ada' }, ownKey), { message: refusal })
    t.throws(() => sign({ sub: 'ada' }, { ...ownKey, algorithm: 'HS256' }), { message: refusal })
    const attempts: Record<string, unknown[]> = {
      plain: [],
      options: [ownKey],
      nested: [{ sign: ownKey }],
      callback: [() => {}],
    }
    app.get<{ Params: { how: string } }>('/sign/:how', async (request, reply) => ({
      token: await (reply as FastifyReply & Sign).jwtSign(
        { sub: 'ada' },
        ...(attempts[request.params.how] ?? []),
      ),
    }))
    for (const how of Object.keys(attempts)) {
      const answer = await app.inject(`/sign/${how}`)
      t.equal(answer.statusCode, 500, how)
      t.match(answer.json().message, refusal)
    }
  }
})

t.test('app.jwt shows no key', async t => {
  const { app } = await twoDoors(t)
  const shown = JSON.stringify(jwtOf(app), (_name, value) =>
    typeof value === 'function' ? 'function' : value,
  )
  t.notMatch(shown, /secret|key|Buffer/i)
})

t.test('options of app.jwt.verify() demand more of a token, never less', async t => {
  const keys = randomKeys('HS256')
  const { app, clock } = await twoDoors(t, { ...keys, issuer: 'https://app.test' })
  const { verify } = jwtOf(app)
  const { accessToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  t.match(await verify(accessToken, { allowedSub: 'ada' }), { sub: 'ada' })
  t.match(await verify(accessToken, { complete: true }), {
    header: { typ: 'at+jwt' },
    payload: { sub: 'ada' },
  })
  t.match(await verify(accessToken, ownKey), { sub: 'ada' }, 'the key is ours in any case')
  t.throws(() => verify(accessToken, { allowedSub: 'bob' }), {
    code: 'ERR_ACCESS_TOKEN_INVALID',
    status: 401,
  })
  t.throws(() => verify(accessToken, { allowedIss: 'https://evil.test' }))
  const foreign = await forger(randomKeys('HS256'), clock)
  for (const options of [
    ownKey,
    { key: '' },
    { algorithms: ['none', 'HS256'] },
    { checkTyp: 'JWT' },
    { cache: true },
  ]) {
    t.throws(() => verify(foreign.forge(), options), { code: 'ERR_ACCESS_TOKEN_INVALID' })
  }
  clock.advance('11m')
  t.throws(() => verify(accessToken, { ignoreExpiration: true, clockTolerance: 1e9 }), {
    code: 'ERR_ACCESS_TOKEN_EXPIRED',
  })
})

t.test('app.jwt.verify() calls back, where it is asked to', async t => {
  const { app } = await twoDoors(t)
  const { accessToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  const ask = (token: string): Promise<unknown[]> =>
    new Promise(resolve =>
      jwtOf(app).verify(token, (error: unknown, claims: unknown) => resolve([error, claims])),
    )
  t.match(await ask(accessToken), [null, { sub: 'ada' }])
  t.match(await ask('x'), [{ code: 'ERR_ACCESS_TOKEN_INVALID', status: 401 }])
})

for (const encryptAccessToken of [false, true]) {
  t.test(`options of request.jwtVerify() open no other door, encrypted: ${encryptAccessToken}`, async t => {
    const keys = randomKeys('HS256', encryptAccessToken)
    const { app, clock } = await twoDoors(t, keys)
    const { accessToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
    const inner = await forger({ ...keys, encryptAccessToken: false }, clock)
    const foreign = (await forger({ ...randomKeys('HS256'), encryptAccessToken: false }, clock)).forge()
    const other = inner.forge({}, { sub: 'eve' })
    const extract = (token: string) => ({ extractToken: () => token })
    const options: Record<string, [object, status: number]> = {
      'of another key': [ownKey, 401],
      'of a longer life': [{ ignoreExpiration: true, clockTolerance: 1e9 }, 200],
      'that find a token of ours elsewhere': [extract(other), encryptAccessToken ? 401 : 200],
      'that find an expired one elsewhere': [extract(inner.forge({}, { exp: clock.now() / 1000 })), 401],
      'that find a foreign one elsewhere': [extract(foreign), 401],
      'that find a foreign one elsewhere, and its key': [{ verify: { ...extract(foreign), ...ownKey } }, 401],
      'that decode less': [{ decode: { complete: false } }, 401],
    }
    for (const [what, [given]] of Object.entries(options)) {
      app.get(`/${what.replaceAll(' ', '-')}`, async request => call(request, 'jwtVerify', given))
    }
    for (const [what, [, status]] of Object.entries(options)) {
      const headers = { authorization: `Bearer ${accessToken}` }
      const answer = await app.inject({ url: `/${what.replaceAll(' ', '-')}`, headers })
      t.equal(answer.statusCode, status, what)
    }
  })

  t.test(`decoding shows header and payload, encrypted: ${encryptAccessToken}`, async t => {
    const { app } = await twoDoors(t, { encryptAccessToken })
    app.get('/decode', async request => call(request, 'jwtDecode'))
    const { accessToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
    const decoded = { header: { typ: 'at+jwt' }, payload: { sub: 'ada' } }
    const ask = (token: string) =>
      app.inject({ url: '/decode', headers: { authorization: `Bearer ${token}` } })
    t.match((await ask(accessToken)).json(), decoded)
    t.equal((await ask('x')).statusCode, 401, 'a request is asked for a token that is good')
    if (encryptAccessToken) {
      t.throws(() => jwtOf(app).decode(accessToken), /token is invalid/, 'it opens no encrypted token')
    } else {
      t.match(jwtOf(app).decode(accessToken), decoded)
    }
  })
}
