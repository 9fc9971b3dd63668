// The example apps with REDIS_URL: what outlives a process, what processes share, and what an outage does.
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import t from 'tap'
import { Browser, examples, password, type Server, serve, servers, start, tokens } from './helpers/example.js'
import { freePort, type RedisServer, startRedis, until } from './helpers/redis.js'

const redis = await startRedis()
t.teardown(() => redis.stop())
const environment = environmentOf(redis.port)
// Of the two frameworks: their processes share sessions too.
const [app, twin] = await Promise.all([start('fastify', environment), start('express', environment)])

// They wait for outages, not for the machine.
t.jobs = 4
for (const example of examples) {
  t.test(`a session goes on after a restart of the app (${example})`, { buffered: true }, async t => {
    const first = await start(example, environment)
    const browser = new Browser(first)
    await browser.logIn()
    t.same(await exitOf(first), [0, null])
    const second = new Browser(await start(example, environment), browser.jar)
    t.equal((await second.get('/me')).status, 200)
    t.equal((await second.refresh()).status, 200)
  })
}

t.test(
  '200 refreshes of one token at once, over two processes, all succeed; one successor wins',
  { buffered: true },
  async t => {
    const browser = new Browser(app)
    await browser.logIn()
    const login = new Map(browser.jar)
    const tabs = Array.from({ length: 200 }, (_, index) => new Browser(index % 2 === 0 ? app : twin, login))
    const answers = await Promise.all(tabs.map(tab => tab.refresh()))
    t.same([...new Set(answers.map(({ status }) => status))], [200])
    t.equal(
      new Set(tabs.map(tab => tab.jar.get('refresh_token'))).size,
      200,
      'each has a successor of its own',
    )

    const [winner, loser] = [tabs[137], tabs[20]] as [Browser, Browser]
    t.equal((await winner.refresh()).status, 200, 'a successor wins')
    t.equal((await new Browser(app, winner.jar).refresh()).status, 200, 'and goes on in the other process')
    const reuse = await loser.refresh()
    t.equal(reuse.status, 400, 'another one is dead, and ends the session')
    t.match(reuse.body, { error: 'invalid_grant' })
    t.equal((await winner.refresh()).status, 400, 'for everybody')
  },
)

t.test('a logout in one process ends the session in the other', { buffered: true }, async t => {
  const browser = new Browser(app)
  await browser.logIn()
  const copy = new Browser(twin, browser.jar)
  t.equal((await browser.post('/auth/logout')).status, 204)
  t.equal((await copy.refresh()).status, 400)
})

t.test(
  'Redis has one key for each user, with a TTL, and no token in any key or value',
  { buffered: true },
  async t => {
    const own = await startRedis()
    t.teardown(() => own.stop())
    const server = await serve('fastify', environmentOf(own.port))
    const users = [new Browser(server), new Browser(server)]
    const emails: string[] = []
    for (const browser of users) {
      const email = await browser.logIn()
      emails.push(email)
      const phone = new Browser(server)
      t.equal((await phone.post('/login', { email, password })).status, 200)
      t.equal((await phone.refresh()).status, 200)
      t.equal((await phone.post('/auth/logout')).status, 204, 'so that there is a revocation too')
      t.equal((await new Browser(server).post('/login', { email, password })).status, 200)
    }

    const keys = (await own.command('KEYS', '{tokenratchet:*')).split('\n')
    t.equal(keys.filter(key => /^\{tokenratchet:[0-9a-f]\}:s:/.test(key)).length, emails.length)
    let dump = ''
    const receipts = keys.filter(key => /^\{tokenratchet:[0-9a-f]\}:receipt:[\w-]+$/.test(key))
    for (const key of receipts) {
      // It may be gone already.
      dump += `${key}\n${await own.command('GET', key)}\n`
    }
    for (const key of keys.filter(key => !receipts.includes(key))) {
      t.match(key, /^\{tokenratchet:[0-9a-f]\}:(s:[\w-]{22}|feed|window)$/)
      const seconds = Number(await own.command('TTL', key))
      t.ok(seconds > 0 && seconds <= 14 * 86_400, `${key} ends in ${seconds} s`)
      dump += `${key}\n${await contents(own, key)}\n`
    }
    t.ok(
      emails.every(email => dump.includes(email)),
      'claims are there',
    )
    t.equal(leaksIn(dump), 0, 'tokens that are there, whole or by their secret part')
  },
)

for (const example of examples) {
  t.test(
    `while Redis is down: guarded routes go on, all else is 503, SIGTERM exits 0 (${example})`,
    async t => {
      const gone = await startRedis()
      const server = await start(example, environmentOf(gone.port))
      const browser = new Browser(server)
      const email = await browser.logIn()
      const before = new Map(browser.jar)
      await gone.stop()

      t.equal((await browser.get('/me')).status, 200)
      await isRefused(t, () => browser.refresh())
      await isRefused(t, () => browser.post('/login', { email, password }))
      await isRefused(t, () => browser.post('/auth/logout'))
      t.same(browser.jar, before)

      const again = await startRedis({ port: gone.port })
      t.teardown(() => again.stop())
      await until('the app is connected again', async () => {
        const { status } = await browser.post('/login', { email, password })
        return status === 200
      })
      t.equal((await browser.refresh()).status, 200, 'a new login: that Redis had kept nothing on disk')
      t.equal((await browser.fork(before).refresh()).status, 400)
      t.equal(server.stdout.match(/"msg":"Redis: /g)?.length, 1, 'an outage is one line of the log')
      t.match(server.stdout, /"msg":"Redis is back"/)

      await again.stop()
      await isRefused(t, () => browser.refresh())
      t.same(await exitOf(server), [0, null])
      t.equal(server.stderr, '')
    },
  )
}

t.test('a frozen Redis is a 503, and once it thaws the same cookie works', { buffered: true }, async t => {
  const frozen = await startRedis()
  t.teardown(() => frozen.stop())
  const server = await start('fastify', environmentOf(frozen.port))
  const browser = new Browser(server)
  await browser.logIn()
  const before = new Map(browser.jar)
  frozen.process.kill('SIGSTOP')
  // Long enough for a connection to be given up, and for a new one that gets no answer either.
  for (let count = 0; count < 3; count++) {
    await isRefused(t, () => browser.refresh())
  }
  t.equal((await browser.get('/me')).status, 200)
  t.same(browser.jar, before)
  frozen.process.kill('SIGCONT')
  await until('the same cookie works', async () => (await browser.refresh()).status === 200, 5000)
  t.equal((await browser.refresh()).status, 200)

  frozen.process.kill('SIGSTOP')
  await isRefused(t, () => browser.refresh())
  t.same(await exitOf(server), [0, null], 'SIGTERM, frozen')
})

t.test('the app starts without Redis, and needs no restart once it is there', { buffered: true }, async t => {
  const port = await freePort()
  const server = await serve('fastify', environmentOf(port))
  const browser = new Browser(server)
  await t.rejects(browser.logIn(), { message: 'Login answered 503' })
  t.equal((await browser.get('/me')).status, 401)
  const late = await startRedis({ port })
  t.teardown(() => late.stop())
  await until('logins work', () =>
    browser.logIn().then(
      () => true,
      () => false,
    ),
  )
  t.equal((await browser.refresh()).status, 200)
})

t.test(
  'a refused login to Redis shows no password, and a server that may evict is reported',
  { buffered: true },
  async t => {
    const strict = await startRedis({ args: ['--maxmemory-policy', 'allkeys-lru', '--requirepass', 'right'] })
    t.teardown(() => strict.stop())
    const wrong = await start('fastify', { REDIS_URL: `redis://:wrong-password@127.0.0.1:${strict.port}` })
    await t.rejects(new Browser(wrong).logIn(), { message: 'Login answered 503' })
    t.match(wrong.stdout, /"msg":"Redis: WRONGPASS/)
    t.notMatch(wrong.stdout + wrong.stderr, 'wrong-password')
    const right = await start('fastify', { REDIS_URL: `redis://:right@127.0.0.1:${strict.port}` })
    await new Browser(right).logIn()
    await until('it is in the log', async () => right.stdout.includes('maxmemory-policy is allkeys-lru'))
  },
)

t.test(
  'an invalid REDIS_URL stops the start, with a message that does not repeat it',
  { buffered: true },
  async t => {
    const urls = [
      'http://x',
      'localhost:6379',
      'redis://',
      'redis://x/name',
      'redis://x:99999',
      'redis://:pw%ZZ@x',
    ]
    for (const wrong of urls) {
      await t.rejects(
        serve('fastify', { REDIS_URL: wrong }),
        { message: /^REDIS_URL must be ((?!%ZZ).)+$/ },
        wrong,
      )
    }
  },
)

t.test('no log of any server holds a token', async t => {
  t.ok(tokens.size > 200)
  const logs = [...servers].map(({ stdout, stderr }) => stdout + stderr).join('')
  t.match(logs, /"url":"\/auth\/refresh"/, 'requests are logged')
  t.equal(leaksIn(logs), 0)
})

function environmentOf(port: number): Record<string, string> {
  return { REDIS_URL: `redis://127.0.0.1:${port}` }
}

async function exitOf({ child }: Server): Promise<unknown[]> {
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  return exit
}

/** By 503 within three seconds, which says when to come back and touches no cookie. */
async function isRefused(t: Tap, ask: () => ReturnType<Browser['refresh']>): Promise<void> {
  const start = performance.now()
  const { status, headers, cookies } = await ask()
  const took = performance.now() - start
  t.equal(status, 503)
  t.ok(took < 3000, `after ${Math.round(took)} ms`)
  t.match(headers.get('retry-after'), /^[1-9]\d*$/)
  t.same(cookies, [])
}

type Tap = Pick<typeof t, 'equal' | 'ok' | 'match' | 'same'>

function contents(server: RedisServer, key: string): Promise<string> {
  if (key.endsWith(':feed')) {
    return server.command('ZRANGE', key, '0', '-1', 'WITHSCORES')
  }
  return key.endsWith(':window') ? server.command('GET', key) : server.command('HGETALL', key)
}

/** How many of all tokens a text shows, whole or by the handle: bytes 21 to 36 of a refresh token, however spelt. */
function leaksIn(text: string): number {
  const leaks = [...tokens].filter(token => {
    const handle = Buffer.from(token, 'base64url').subarray(21, 37)
    const spellings = [handle.toString('base64url'), handle.toString('hex'), handle.toString('latin1')]
    const ofRefreshToken = token.length === 100 ? [token.slice(28, 49), ...spellings] : []
    return [token, ...ofRefreshToken].some(secret => text.includes(secret))
  })
  return leaks.length
}
