import tokenratchet from '@tokenratchet/express'
import { send } from '../../../test/contract/http.js'
import { listen, login, rule, secret } from './app.js'

const origin = 'https://app.example.com'

/** By the setting: whether a page of `origin`, behind a proxy that tells its host, may sign in and refresh. */
const settings: readonly [setting: unknown, isTrusted: boolean][] = [
  [undefined, false],
  [false, false],
  [0, false],
  ['10.0.0.0/8', false],
  [() => false, false],
  [true, true],
  [1, true],
  ['loopback', true],
  [(address: string) => address.includes('127.0.0.1'), true],
]

rule('the host that a page is of is told by a proxy that is trusted', async (t, framework) => {
  for (const [setting, isTrusted] of settings) {
    const app = framework()
    if (setting !== undefined) {
      app.set('trust proxy', setting)
    }
    app.use(tokenratchet({ secret }).middleware)
    app.post('/login', login)
    const { port } = await listen(t, app)
    // Sec-Fetch-Site is absent: browsers send it to https only, as older ones do nowhere.
    const headers = { origin, 'x-forwarded-host': 'app.example.com' }
    for (const [url, status] of [
      ['/login', 200],
      ['/auth/logout', 204],
    ] as const) {
      const answer = await send(port, { method: 'POST', url, headers })
      t.equal(answer.status, isTrusted ? status : 403, `${url}: ${setting}`)
    }
  }
})

/** What comes as X-Forwarded-Host through a proxy that is trusted, and the page that it makes the same origin. */
const forwarded: readonly [header: string, origin: string, isSame: boolean][] = [
  ['app.example.com', origin, true],
  ['APP.example.com', origin, true],
  ['app.example.com:443', origin, true],
  ['app.example.com:8443', 'https://app.example.com:8443', true],
  ['app.example.com, inner.test', origin, true],
  ['app.example.com , inner.test', origin, true],
  ['inner.test, app.example.com', origin, false],
  ['app.example.com', 'https://app.example.com:8443', false],
  ['app.example.com:8443', origin, false],
  ['app.example.com', 'https://evil.test', false],
  ['app.example.com', 'null', false],
  ['', origin, false],
]

rule('X-Forwarded-Host counts with its port, and the first of several', async (t, framework) => {
  const app = framework()
  const part = framework()
  app.set('trust proxy', true)
  const auth = tokenratchet({ secret })
  part.post('/login', login)
  app.use(auth.middleware)
  app.use('/part', part)
  app.post('/login', login)
  const { port } = await listen(t, app)
  for (const [header, from, isSame] of forwarded) {
    for (const url of ['/login', '/part/login']) {
      const headers = { origin: from, 'x-forwarded-host': header }
      const answer = await send(port, { method: 'POST', url, headers })
      t.equal(answer.status, isSame ? 200 : 403, `${url}: ${header} and ${from}`)
    }
  }
})

rule('without X-Forwarded-Host the host is that of the request, trusted or not', async (t, framework) => {
  for (const trust of [false, true]) {
    const app = framework()
    app.set('trust proxy', trust)
    app.use(tokenratchet({ secret }).middleware)
    app.post('/login', login)
    const { port } = await listen(t, app)
    for (const [from, status] of [
      [`http://127.0.0.1:${port}`, 200],
      ['http://127.0.0.1:1', 403],
    ] as const) {
      t.equal((await send(port, { method: 'POST', url: '/login', headers: { origin: from } })).status, status)
    }
  }
})
