// The example apps as their users run them: how sessions go on, and how they end.
import t from 'tap'
import { Browser, examples, password, serve, servers, start, tokens } from './helpers/example.js'

for (const example of examples) {
  t.test(example, async t => {
    const app = await start(example)

    t.test('a refresh replaces both tokens', async t => {
      const browser = new Browser(app)
      await browser.logIn()
      const before = new Map(browser.jar)
      const { status, body } = await browser.refresh()
      t.equal(status, 200)
      t.same(body, { expires_in: 600 })
      t.same([...browser.jar.keys()], [...before.keys()])
      for (const [name, value] of browser.jar) {
        t.not(value, before.get(name), name)
      }
      t.equal((await browser.get('/me')).status, 200)
    })

    t.test('a refresh token gets successors until one of them is used', async t => {
      const browser = new Browser(app)
      await browser.logIn()
      const login = new Map(browser.jar)
      const answers = await Promise.all([browser.fork(login).refresh(), browser.fork(login).refresh()])
      t.same(
        answers.map(({ status }) => status),
        [200, 200],
        'two tabs at once',
      )
      const [first, second] = [browser.fork(login), browser.fork(login)]
      t.equal((await first.refresh()).status, 200, 'a lost answer')
      t.equal((await second.refresh()).status, 200)
      t.equal((await second.refresh()).status, 200, 'the successor is used')

      const reuse = await first.refresh()
      t.equal(reuse.status, 400, 'its sibling is dead, and ends the session')
      t.match(reuse.body, { error: 'invalid_grant' })
      t.same(reuse.cookies, [])
      t.equal((await second.get('/me')).status, 401)
      t.equal((await second.refresh()).status, 400)
    })

    t.test('a logout ends the session for every copy of its tokens', async t => {
      const browser = new Browser(app)
      await browser.logIn()
      const copy = browser.fork(browser.jar)
      const logout = await browser.post('/auth/logout')
      t.equal(logout.status, 204)
      t.equal(browser.jar.size, 0)
      t.equal((await copy.get('/me')).status, 401)
      t.equal((await copy.refresh()).status, 400)
    })

    t.test('a user sees where they are logged in, and ends one session, all others, or all', async t => {
      const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0'
      const browser = new Browser(app)
      const email = await browser.logIn()
      const others = [new Browser(app), new Browser(app)] as const
      for (const other of others) {
        await other.post('/login', { email, password }, { 'user-agent': firefox })
      }
      await new Browser(app).post('/token', { email, password })
      const own = await sessionsOf(browser)
      t.equal(own.length, 4)
      t.same(
        own.map(({ ip }) => ip),
        own.map(() => '127.0.0.1'),
      )
      t.equal(own.filter(({ current }) => current).length, 1)
      const [foreign] = own.filter(({ device }) => device === 'Firefox on Windows')

      t.equal((await end(browser, foreign?.['sid'])).status, 204)
      const ended = await Promise.all(others.map(other => other.get('/me')))
      t.same(ended.map(({ status }) => status).sort(), [200, 401])
      t.equal((await end(browser, foreign?.['sid'])).status, 404, 'it is gone')
      t.equal((await browser.post('/auth/logout-all', { except: 'current' })).status, 204)
      t.match(await sessionsOf(browser), [{ current: true }])
      t.equal((await browser.post('/auth/logout-all')).status, 204)
      t.equal(browser.jar.size, 0)
    })

    t.test('no other site can log in, refresh or log out', async t => {
      const browser = new Browser(app)
      const email = await browser.logIn()
      for (const path of ['/login', '/auth/refresh', '/auth/logout']) {
        for (const from of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]) {
          const { status, cookies } = await browser.post(path, { email, password }, from)
          t.equal(status, 403, `${path} ${JSON.stringify(from)}`)
          t.same(cookies, [])
        }
      }
      t.equal(
        (await browser.send('/auth/refresh', { method: 'POST' })).status,
        403,
        'as a form of another site',
      )
      t.equal((await browser.refresh()).status, 200, 'the session is untouched')
    })

    t.test('only a POST refreshes', async t => {
      const browser = new Browser(app)
      await browser.logIn()
      const { status, headers, cookies } = await browser.get('/auth/refresh')
      t.equal(status, 405)
      t.match(headers.get('allow'), /\bPOST\b/)
      t.same(cookies, [])
    })

    t.test('tokens of another TOKEN_SECRET are refused, never an error of the server', async t => {
      const browser = new Browser(app)
      const email = await browser.logIn()
      const other = await serve(example, { TOKEN_SECRET: '' })
      const moved = new Browser(other, browser.jar)
      t.equal((await moved.get('/me')).status, 401)
      const refused = await moved.refresh()
      t.equal(refused.status, 400)
      t.match(refused.body, { error: 'invalid_grant' })
      t.equal((await moved.post('/login', { email, password })).status, 200, 'the user is in the database')
    })
  })
}

t.test('no log of any server holds a token or a password', async t => {
  t.ok(tokens.size > 20)
  const logs = [...servers].map(({ stdout, stderr }) => stdout + stderr).join('')
  t.match(logs, /"url":"\/auth\/refresh"/, 'requests are logged')
  for (const token of tokens) {
    t.notOk(logs.includes(token))
    t.notOk(logs.includes(token.slice(-40)), 'not the end of one either')
  }
  t.notOk(logs.includes(password))
})

async function sessionsOf(browser: Browser): Promise<Record<string, unknown>[]> {
  const { body } = await browser.get('/auth/sessions')
  return body['sessions'] as Record<string, unknown>[]
}

function end(browser: Browser, sid: unknown) {
  return browser.send(`/auth/sessions/${sid}`, { method: 'DELETE', headers: { 'x-requested-with': 'test' } })
}
