import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { HttpLayerOptions } from '@tokenratchet/core/http'
import type { Test } from 'tap'
import { Browser, essence, send } from './http.js'
import { rule, secret, type World } from './rule.js'

const another = (): string => randomBytes(32).toString('base64url')
const signingKey = () => generateKeyPairSync('ed25519').privateKey

/** Tokens of which configuration come to which other, and whether those keys have left the ring of the access tokens. */
const moves: Record<string, [before: Partial<HttpLayerOptions>, after: Partial<HttpLayerOptions>]> = {
  'another secret': [{ secret: another() }, { secret }],
  'another issuer, and so other keys': [{ issuer: 'https://a.test' }, { issuer: 'https://b.test' }],
  'another secret, encrypted': [
    { secret: another(), encryptAccessToken: true },
    { secret, encryptAccessToken: true },
  ],
  'another signing key': [
    { secret: another(), signingKeys: signingKey() },
    { secret, signingKeys: signingKey() },
  ],
  'a signing key in place of the secret': [{ secret: another() }, { secret, signingKeys: signingKey() }],
}

/** What the events of a guarded request and of a refresh say. */
async function reasons(t: Test, world: World, browser: Browser): Promise<unknown[]> {
  world.events.length = 0
  t.equal((await browser.get('/me')).status, 401)
  t.equal((await browser.post('/auth/refresh')).status, 400)
  return world.events.map(event => (event.type === 'refused' ? [event.credential, event.reason] : event.type))
}

for (const [what, [before, after]] of Object.entries(moves)) {
  rule(`a token whose key has left the ring is told from garbage by its event: ${what}`, async (t, world) => {
    const browser = new Browser(await world.start(before))
    await browser.login('ada')
    const { port } = await world.start(after)
    const moved = new Browser({ port }, browser.cookies)
    t.same(await reasons(t, world, moved), [
      ['access_token', 'unknown_key'],
      ['refresh_token', 'unknown_key'],
    ])
    const garbage = new Browser(
      { port },
      [...browser.cookies].map(([name, value]) => [name, value.slice(0, 40)]),
    )
    t.same(await reasons(t, world, garbage), [
      ['access_token', 'invalid'],
      ['refresh_token', 'invalid'],
    ])
    for (const sent of [{ url: '/me' }, { method: 'POST', url: '/auth/refresh' }]) {
      t.same(
        essence(await moved.send(sent)),
        essence(await garbage.send(sent)),
        'R13: the answer tells nothing of it',
      )
    }
  })
}

const header = (members: object): string => Buffer.from(JSON.stringify(members)).toString('base64url')

rule('a header that we would not write names no key', async (t, world) => {
  const { port } = await world.start()
  const headers: Record<string, object> = {
    'no kid': { alg: 'HS256', typ: 'at+jwt' },
    'another type': { alg: 'HS256', typ: 'JWT', kid: 'x' },
    'no algorithm': { alg: 'none', typ: 'at+jwt', kid: 'x' },
    'another algorithm': { alg: 'HS512', typ: 'at+jwt', kid: 'x' },
    'a member more': { alg: 'HS256', typ: 'at+jwt', kid: 'x', jku: 'https://evil.test' },
    'a kid that is a number': { alg: 'HS256', typ: 'at+jwt', kid: 5 },
  }
  const reasonOf = async (token: string): Promise<unknown> => {
    world.events.length = 0
    t.equal((await send(port, { url: '/me', headers: { authorization: `Bearer ${token}` } })).status, 401)
    return world.events.map(event => event.type === 'refused' && event.reason)
  }
  for (const [what, members] of Object.entries(headers)) {
    t.same(await reasonOf(`${header(members)}.${header({})}.AAAA`), ['invalid'], what)
  }
  const ours = { alg: 'HS256', typ: 'at+jwt', kid: 'x' }
  t.same(await reasonOf(`${header(ours)}.${header({})}.AAAA`), ['unknown_key'])
  t.same(await reasonOf(`${header(ours)}.${header({})}`), ['invalid'], 'two segments')
})
