// The resource servers of the examples: an access token of the app is verified by its public keys, and by nothing else.
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { once } from 'node:events'
import t from 'tap'
import {
  Browser,
  password,
  resourceServers,
  run,
  type Server,
  type Site,
  serve,
  servers,
  start,
  tokens,
} from './helpers/example.js'

const issuer = 'https://auth.example.com'
const audience = 'https://api.example.com'
const [key, young] = [newKey(), newKey()]
const environment = { SIGNING_KEY: key, ISSUER: issuer, AUDIENCE: audience }
const app = await start('fastify', environment)
const email = await new Browser(app).logIn()
const good = await tokenOf(app)
const [header, claims] = good.split('.').slice(0, 2).map(decoded) as [Header, Claims]
const jwk = await publicJwk()
/** Tokens of apps that differ from what the resource servers trust in one thing. */
const foreign = await Promise.all(
  [
    { SIGNING_KEY: '' },
    { ISSUER: 'https://other.example.com' },
    { AUDIENCE: 'https://other.example.com' },
    { AUDIENCE: '' },
  ].map(async other => ({
    other,
    token: await tokenOf(await serve('fastify', { ...environment, ...other })),
  })),
)
const express = await serve('express', environment)

t.jobs = 2
for (const resourceServer of resourceServers) {
  t.test(resourceServer, { buffered: true }, async t => {
    const server = await start(resourceServer, own(app))

    t.test('takes an access token of the app, of either framework', async t => {
      t.same(await ask(server, good), { status: 200, body: { subject: claims.sub, email } })
      t.match(await ask(server, await tokenOf(express)), { status: 200, body: { email } })
    })

    t.test('asks for a Bearer token when there is none', async t => {
      const response = await fetch(`${server.url}/whoami`)
      t.equal(response.status, 401)
      t.equal(response.headers.get('www-authenticate'), 'Bearer')
    })

    const seconds = Math.floor(Date.now() / 1000)
    const { exp: _exp, ...endless } = claims
    const { aud: _aud, ...forAnybody } = claims
    const { sub: _sub, ...nobody } = claims
    const rows: Record<string, string> = {
      garbage: 'garbage',
      'garbage of three parts': 'a.b.c',
      'five parts, as an encrypted one has': `${good}.e.f`,
      'another signature': good.slice(0, -6) + (good.endsWith('AAAAAA') ? 'BBBBBB' : 'AAAAAA'),
      'no signature': `${encoded({ ...header, alg: 'none' })}.${encoded(claims)}.`,
      'a signature that is cut off': good.slice(0, good.lastIndexOf('.') + 1),
      'HS256 by the public key in PEM': hs256(publicPem()),
      'HS256 by the public key as published': hs256(JSON.stringify(jwk)),
      'HS256 by x of the public key': hs256(Buffer.from(String(jwk['x']), 'base64url')),
      'a key of somebody else, with our kid': signed(header, claims, createPrivateKey(newKey())),
      'a key that nobody knows': signed({ ...header, kid: 'x' }, claims, createPrivateKey(newKey())),
      'a key of its own header': signed(
        { ...header, jwk: createPublicKey(young).export({ format: 'jwk' }) } as Header,
        claims,
        createPrivateKey(young),
      ),
      'run out': signed(header, { ...claims, exp: seconds - 1 }),
      'without an end': signed(header, endless as Claims),
      'of another issuer': signed(header, { ...claims, iss: `${issuer}/` }),
      'for another audience': signed(header, { ...claims, aud: issuer }),
      'for no audience': signed(header, forAnybody as Claims),
      'of no subject': signed(header, nobody as Claims),
      'a JWT of another kind': signed({ ...header, typ: 'JWT' }, claims),
      'a crit that nobody understands': signed({ ...header, crit: ['x'], x: 1 } as Header, claims),
    }
    t.equal((await ask(server, signed(header, claims))).status, 200, 'what is signed here is right, but for:')
    for (const [what, token] of Object.entries(rows)) {
      t.test(`refuses a token: ${what}`, async t => {
        const response = await fetch(`${server.url}/whoami`, {
          headers: { authorization: `Bearer ${token}` },
        })
        t.equal(response.status, 401)
        t.equal(response.headers.get('www-authenticate'), 'Bearer error="invalid_token"')
        t.same((await response.json()).message, 'The access token is invalid')
      })
    }

    t.test('refuses what the app itself signs with the secret, or as another issuer', async t => {
      for (const { other, token } of foreign) {
        t.equal((await ask(server, token)).status, 401, JSON.stringify(other))
      }
    })

    t.test('goes along with a change of keys, once it has fetched them again', async t => {
      const old = await serve('fastify', environment)
      const follower = await start(resourceServer, { ...own(old), JWKS_COOLDOWN: '0' })
      const [before, port] = [await tokenOf(old), new URL(old.url).port]
      t.equal((await ask(follower, before)).status, 200)
      await old.stop()
      const rotated = await serve('fastify', { ...environment, PORT: port, SIGNING_KEY: `${young}\n${key}` })
      const after = await tokenOf(rotated)
      t.not(decoded(after.split('.')[0] as string)['kid'], header.kid, 'the first key signs')
      t.equal((await ask(follower, after)).status, 200)
      t.equal((await ask(follower, before)).status, 200)
      const nameless = after.replace(/^[^.]*/, encoded({ alg: 'EdDSA', typ: 'at+jwt' }))
      t.equal(
        (await ask(follower, nameless)).status,
        401,
        'that of two keys it names none is the token’s fault',
      )
    })

    t.test('goes on while the app is away, and answers 503 where it has no keys yet', async t => {
      const gone = await serve('fastify', environment)
      const [warm, cold] = await Promise.all([
        start(resourceServer, own(gone)),
        start(resourceServer, own(gone)),
      ])
      t.equal((await ask(warm, good)).status, 200)
      await gone.stop()
      t.equal((await ask(warm, good)).status, 200)
      const response = await fetch(`${cold.url}/whoami`, { headers: { authorization: `Bearer ${good}` } })
      t.equal(response.status, 503)
      t.match(response.headers.get('retry-after'), /^\d+$/)
    })

    t.test('knows nothing of a log-out before the token runs out, as its README says', async t => {
      const session = await tokenOf(app)
      const headers = { authorization: `Bearer ${session}` }
      await new Browser(app).send('/auth/logout', { method: 'POST', headers })
      t.equal((await new Browser(app).send('/me', { method: 'GET', headers })).status, 401)
      t.equal((await ask(server, session)).status, 200)
    })

    t.test('a bad configuration stops the start with one line', async t => {
      const rows: [Record<string, string>, RegExp][] = [
        [{ ISSUER: '' }, /^Error: ISSUER is required/],
        [{ AUDIENCE: '' }, /^Error: AUDIENCE is required/],
        [{ JWKS_URL: 'keys' }, /^Error: JWKS_URL must be /],
        [{ JWKS_COOLDOWN: '-1' }, /^Error: JWKS_COOLDOWN must be /],
        [{ PORT: 'abc' }, /^Error: PORT must be /],
      ]
      const ended = rows.map(async ([wrong, message]) => {
        const running = run(resourceServer, { ...own(app), ...wrong })
        const [code] = await once(running.child, 'close')
        t.equal(code, 1)
        t.match(running.stderr, message)
        t.equal(running.stderr.trimEnd().split('\n').length, 1)
      })
      await Promise.all(ended)
    })

    t.test('SIGTERM exits 0', async t => t.same(await stop(server), [0, null]))
  })
}

t.test('no log of any server holds a token', async t => {
  t.ok(tokens.size > 10)
  const logs = [...servers].map(({ stdout, stderr }) => stdout + stderr).join('')
  t.notOk([...tokens].some(token => logs.includes(token)))
})

interface Header {
  alg: string
  kid: string
  typ: string
}

type Claims = Record<'sub' | 'iss' | 'aud' | 'exp', unknown>

/** Of a resource server that takes the tokens of this app. */
function own({ url }: Site): Record<string, string> {
  return { ISSUER: issuer, AUDIENCE: audience, JWKS_URL: `${url}/.well-known/jwks.json`, JWKS_COOLDOWN: '' }
}

async function tokenOf(server: Site): Promise<string> {
  const { status, body } = await new Browser(server).post('/token', { email, password })
  if (status !== 200) {
    throw new Error(`/token answered ${status}`)
  }
  tokens.add(String(body['access_token'])).add(String(body['refresh_token']))
  return String(body['access_token'])
}

async function ask({ url }: Server, token: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}/whoami`, { headers: { authorization: `Bearer ${token}` } })
  return { status: response.status, body: await response.json() }
}

async function stop({ child }: Server): Promise<unknown[]> {
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  return exit
}

function newKey(): string {
  return String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }))
}

function publicPem(): string {
  return String(createPublicKey(key).export({ type: 'spki', format: 'pem' }))
}

async function publicJwk(): Promise<Record<string, unknown>> {
  const response = await fetch(`${app.url}/.well-known/jwks.json`)
  return (await response.json()).keys[0]
}

function signed(head: Header, body: Claims, by: KeyObject = createPrivateKey(key)): string {
  const input = `${encoded(head)}.${encoded(body)}`
  return `${input}.${sign(null, Buffer.from(input), by).toString('base64url')}`
}

/** The attack on verifiers that take the algorithm from the token: what everybody knows becomes the secret. */
function hs256(secret: string | Buffer): string {
  const input = `${encoded({ ...header, alg: 'HS256' })}.${encoded(claims)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

function decoded(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}
