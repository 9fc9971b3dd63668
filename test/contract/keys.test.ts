import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { Browser, send } from './http.js'
import { rule } from './rule.js'

const signingKeys = generateKeyPairSync('ed25519').privateKey
const url = '/.well-known/jwks.json'

rule('a stranger verifies an access token with nothing but the set at the root', async (t, world) => {
  const app = await world.start({ signingKeys, prefix: '/api/session' })
  const answer = await send(app.port, {
    url,
    headers: { cookie: '__Host-access_token=x; __Host-refresh_token=y' },
  })
  t.match(answer, { status: 200, cookies: [] })
  t.match(answer.headers, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'public, max-age=300',
    'content-length': `${answer.text.length}`,
  })
  t.strictSame(answer.json(), app.tokens.jwks())
  const { accessToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  const [header, payload, signature = ''] = accessToken.split('.')
  const key = createPublicKey({ key: answer.json().keys[0], format: 'jwk' })
  t.ok(verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')))
  const head = await send(app.port, { method: 'HEAD', url })
  t.match(head, { status: 200, text: '' })
  t.equal(head.headers['content-length'], answer.headers['content-length'])
})

rule('R1: the set takes GET and HEAD, and is there only with keys to publish', async (t, world) => {
  const app = await world.start({ signingKeys })
  for (const method of ['POST', 'PUT', 'DELETE']) {
    const answer = await send(app.port, { method, url })
    t.match(answer, { status: 405, headers: { allow: 'GET, HEAD' } }, method)
  }
  const without = [{}, { encryptAccessToken: true }, { signingKeys, routes: { jwks: false } as const }]
  for (const options of without) {
    const other = await world.start(options)
    t.equal((await send(other.port, { url })).status, 404)
  }
})

rule('encrypted tokens travel in cookies and in headers as others do', async (t, world) => {
  const app = await world.start({ signingKeys, encryptAccessToken: true })
  const browser = new Browser(app)
  t.equal((await browser.login('ada')).status, 200)
  t.same((await browser.get('/me')).json(), { user: 'ada' })
  t.equal((await browser.post('/auth/refresh')).status, 200)
  t.same((await browser.get('/me')).json(), { user: 'ada' })
  const { accessToken } = await app.tokens.issue({ subject: 'bob', transport: 'body' })
  t.equal(accessToken.split('.').length, 5)
  const headers = { authorization: `Bearer ${accessToken}` }
  t.same((await send(app.port, { url: '/me', headers })).json(), { user: 'bob' })
})
