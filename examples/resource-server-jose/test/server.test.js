// The built server in a process of its own, beside an issuer that is only a key pair: `npm test`.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'test', use: 'sig', alg: 'EdDSA' }] }
const issuer = createServer((request, response) => {
  response.statusCode = request.url === '/.well-known/jwks.json' ? 200 : 404
  response.setHeader('content-type', 'application/json').end(JSON.stringify(jwks))
}).listen(0, '127.0.0.1')
await once(issuer, 'listening')
const ISSUER = `http://127.0.0.1:${issuer.address().port}`
const AUDIENCE = 'https://api.example.com'

const server = run({ ISSUER, AUDIENCE })
server.stderr.pipe(process.stderr)
const exit = once(server, 'exit')
after(async () => {
  server.kill()
  await exit
  issuer.closeAllConnections()
  issuer.close()
})
const url = await listening()

test('a token of the issuer, for this server, is taken', async () => {
  const answer = await whoami(`Bearer ${token()}`)
  assert.equal(answer.status, 200)
  assert.deepEqual(await answer.json(), { subject: 'ada', email: 'ada@example.com' })
})

test('without a token, the answer is 401', async () => {
  const answer = await whoami()
  assert.equal(answer.status, 401)
  assert.equal(answer.headers.get('www-authenticate'), 'Bearer')
})

const refused = {
  garbage: 'garbage',
  'garbage of three parts': 'a.b.c',
  'a token that somebody else signed': token({}, generateKeyPairSync('ed25519').privateKey),
  'a token for another server': token({ aud: 'https://other.example.com' }),
  'a token of another issuer': token({ iss: 'https://other.example.com' }),
  'a token that has run out': token({ exp: seconds() - 1 }),
}
for (const [what, worthless] of Object.entries(refused)) {
  test(`${what} is refused`, async () => {
    const answer = await whoami(`Bearer ${worthless}`)
    assert.equal(answer.status, 401)
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer error="invalid_token"')
  })
}

for (const name of ['ISSUER', 'AUDIENCE']) {
  test(`without ${name} it does not start, and says so`, async () => {
    const running = run({ ISSUER, AUDIENCE, [name]: '' })
    let text = ''
    running.stderr.setEncoding('utf8').on('data', data => {
      text += data
    })
    const [code] = await once(running, 'close')
    assert.equal(code, 1)
    assert.match(text, new RegExp(`^Error: ${name} is required`))
  })
}

/** What is set here, even to nothing, `.env` leaves alone. */
function run(environment) {
  return spawn(process.execPath, [fileURLToPath(new URL('../dist/server.js', import.meta.url))], {
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: '0',
      JWKS_URL: '',
      JWKS_COOLDOWN: '',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Where the server listens, which it says in its log. */
async function listening() {
  for await (const line of createInterface({ input: server.stdout })) {
    const [, address] = /^listening on (http:\S+)$/.exec(line) ?? []
    if (address) {
      server.stdout.resume()
      return address
    }
  }
  throw new Error('The server did not start')
}

function whoami(authorization) {
  return fetch(`${url}/whoami`, { headers: authorization ? { authorization } : {} })
}

/** An access token as the app signs it (RFC 9068). */
function token(claims, key = privateKey) {
  const header = { alg: 'EdDSA', kid: 'test', typ: 'at+jwt' }
  const all = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'ada',
    email: 'ada@example.com',
    exp: seconds() + 60,
    ...claims,
  }
  const input = [header, all].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`
}

function seconds() {
  return Math.floor(Date.now() / 1000)
}
