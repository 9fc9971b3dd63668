// The server in a process of its own, over real HTTP: `npm test`.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const server = spawn(process.execPath, [fileURLToPath(new URL('../server.js', import.meta.url))], {
  env: {
    ...process.env,
    NODE_ENV: '',
    HOST: '127.0.0.1',
    PORT: '0',
    REDIS_URL: '',
    TOKEN_SECRET: 'for this test only: everybody can read it',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const exit = once(server, 'exit')
after(async () => {
  server.kill()
  assert.deepEqual(await exit, [0, null], 'SIGTERM ends the server without an error')
})
const url = await listening()
const user = { email: 'ada@example.com', password: 'correct horse' }
/** Names and values of the cookies. */
const jar = new Map()

test('without a login, the guarded route answers 401', async () => {
  assert.equal((await send('GET', '/me')).status, 401)
  assert.equal((await send('POST', '/login')).status, 401)
  assert.equal((await send('POST', '/login', { ...user, password: 'wrong' })).status, 401)
})

test('a login sets two cookies, and the guarded route knows the user', async () => {
  assert.equal((await send('POST', '/login', user)).status, 200)
  assert.equal(jar.size, 2)
  const me = await send('GET', '/me')
  assert.equal(me.status, 200)
  const { sub, role } = await me.json()
  assert.deepEqual({ sub, role }, { sub: '7', role: 'member' })
})

test('a refresh replaces both tokens, and the session goes on', async () => {
  const before = new Map(jar)
  assert.equal((await send('POST', '/auth/refresh')).status, 200)
  for (const [name, value] of jar) {
    assert.notEqual(value, before.get(name), name)
  }
  assert.equal((await send('GET', '/me')).status, 200)
})

test('a logout ends the session, also for a copy of its cookies', async () => {
  const copy = new Map(jar)
  assert.equal((await send('POST', '/auth/logout')).status, 204)
  assert.equal(jar.size, 0)
  assert.equal((await send('GET', '/me', undefined, copy)).status, 401)
  assert.equal((await send('POST', '/auth/refresh', undefined, copy)).status, 400)
})

/** The address in the server's log. */
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

async function send(method, path, body, cookies = jar) {
  const response = await fetch(url + path, {
    method,
    headers: {
      cookie: Array.from(cookies, pair => pair.join('=')).join('; '),
      'x-requested-with': 'test',
      ...(body && { 'content-type': 'application/json' }),
    },
    body: body && JSON.stringify(body),
  })
  for (const line of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
    if (value === '') {
      jar.delete(name)
    } else {
      jar.set(name, value)
    }
  }
  return response
}
