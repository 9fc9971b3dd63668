// The built app in a process of its own, met by a browser that is only a jar of cookies: `npm test`.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const folder = mkdtempSync(join(tmpdir(), 'app-test-'))
const app = spawn(process.execPath, [fileURLToPath(new URL('../dist/server.js', import.meta.url))], {
  // What is set here, even to nothing, `.env` leaves alone.
  env: {
    ...process.env,
    NODE_ENV: '',
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_FILE: join(folder, 'test.db'),
    TOKEN_SECRET: 'for this test only: whoever reads it knows it',
    COOKIE_SECURE: 'false',
    REDIS_URL: '',
    SIGN_IN_LIMIT: '',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const exit = once(app, 'exit')
after(async () => {
  app.kill()
  await exit
  rmSync(folder, { recursive: true, force: true })
})
const url = await listening()
const user = { email: 'ada@example.com', password: 'correct horse battery' }
/** Names and values of the cookies. */
const jar = new Map()

test('nobody is recognised before the login', async () => {
  assert.equal((await send('GET', '/me')).status, 401)
  assert.equal((await send('POST', '/login', user)).status, 401)
})

test('a user registers, logs in and is recognised by the cookies', async () => {
  assert.equal((await send('POST', '/register', user)).status, 201)
  assert.equal((await send('POST', '/login', { ...user, password: 'wrong' })).status, 401)
  assert.equal((await send('POST', '/login', user)).status, 200)
  assert.equal(jar.size, 2)
  const me = await send('GET', '/me')
  assert.equal(me.status, 200)
  assert.equal((await me.json()).email, user.email)
})

test('a refresh replaces both tokens, and the session goes on', async () => {
  const before = new Map(jar)
  assert.equal((await send('POST', '/auth/refresh')).status, 200)
  for (const [name, value] of jar) {
    assert.notEqual(value, before.get(name), name)
  }
  assert.equal((await send('GET', '/me')).status, 200)
})

test('a logout ends the session, for a copy of its cookies too', async () => {
  const copy = new Map(jar)
  assert.equal((await send('POST', '/auth/logout')).status, 204)
  assert.equal(jar.size, 0)
  assert.equal((await send('GET', '/me')).status, 401)
  assert.equal((await send('GET', '/me', undefined, copy)).status, 401)
  assert.equal((await send('POST', '/auth/refresh', undefined, copy)).status, 400)
})

/** Where the app listens, which it says in its log. */
async function listening() {
  for await (const line of createInterface({ input: app.stdout })) {
    const [, address] = /^listening on (http:\S+)$/.exec(line) ?? []
    if (address) {
      app.stdout.resume()
      return address
    }
  }
  throw new Error('The app did not start')
}

async function send(method, path, body, cookies = jar) {
  const response = await fetch(url + path, {
    method,
    headers: {
      cookie: [...cookies].map(pair => pair.join('=')).join('; '),
      // What a page of the app says by itself: the request is no other site's.
      'x-requested-with': 'test',
      ...(body && { 'content-type': 'application/json' }),
    },
    body: body && JSON.stringify(body),
  })
  for (const line of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
    if (value === '') {
      cookies.delete(name)
    } else {
      cookies.set(name, value)
    }
  }
  return response
}
