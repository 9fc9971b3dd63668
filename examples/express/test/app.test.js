// The built app over HTTP: `npm test`.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { buildApp } from '../dist/app.js'
import { readConfig } from '../dist/config.js'

const folder = mkdtempSync(join(tmpdir(), 'app-test-'))
Object.assign(process.env, {
  NODE_ENV: '',
  TOKEN_SECRET: '',
  REDIS_URL: '',
  SIGNING_KEY: '',
  LOG_LEVEL: 'error',
})
const app = await buildApp({ ...readConfig(), databaseFile: join(folder, 'test.db') })
await app.listen({ host: '127.0.0.1', port: 0 })
after(async () => {
  await app.close()
  rmSync(folder, { recursive: true })
})
const user = { email: 'ada@example.com', password: 'correct horse battery' }
const jar = new Map()

test('a user registers, logs in, and is known by the cookies', async () => {
  assert.equal((await send('GET', '/me')).status, 401)
  assert.equal((await send('POST', '/login', user)).status, 401)
  assert.equal((await send('POST', '/register', user)).status, 201)
  assert.equal((await send('POST', '/login', { ...user, password: 'wrong' })).status, 401)
  assert.equal((await send('POST', '/login', user)).status, 200)
  assert.equal(jar.size, 2)
  const me = await send('GET', '/me')
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

test('a log-out ends the session, also for a copy of its cookies', async () => {
  const copy = new Map(jar)
  assert.equal((await send('POST', '/auth/logout')).status, 204)
  assert.equal(jar.size, 0)
  assert.equal((await send('GET', '/me', undefined, copy)).status, 401)
  assert.equal((await send('POST', '/auth/refresh', undefined, copy)).status, 400)
})

async function send(method, path, body, cookies = jar) {
  const response = await fetch(`http://127.0.0.1:${app.server.address().port}${path}`, {
    method,
    // `x-requested-with`: no other site can send it.
    headers: {
      cookie: Array.from(cookies, pair => pair.join('=')).join('; '),
      'content-type': 'application/json',
      'x-requested-with': 'test',
    },
    body: body && JSON.stringify(body),
  })
  for (const line of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
    value === '' ? cookies.delete(name) : cookies.set(name, value)
  }
  return response
}
