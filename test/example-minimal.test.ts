// The minimal examples in processes of their own: Redis, restart and stop. Their own test is test/server.test.js in each.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import t from 'tap'
import { Browser, minimal, run, type Server, start } from './helpers/example.js'
import { startRedis } from './helpers/redis.js'

const redis = await startRedis()
t.teardown(() => redis.stop())
const user = { email: 'ada@example.com', password: 'correct horse' }

async function exitOf({ child }: Server): Promise<unknown[]> {
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  return exit
}

t.jobs = 2
for (const example of minimal) {
  t.test(example, { buffered: true }, async t => {
    t.jobs = 6
    t.test('with REDIS_URL, a session survives a restart', { buffered: true }, async t => {
      const environment = { REDIS_URL: `redis://127.0.0.1:${redis.port}` }
      const first = await start(example, environment)
      const browser = new Browser(first)
      t.equal((await browser.post('/login', user)).status, 200)
      t.same(await exitOf(first), [0, null], 'nothing keeps the process')
      const second = new Browser(await start(example, environment), browser.jar)
      t.equal((await second.get('/me')).status, 200)
      t.equal((await second.refresh()).status, 200)
    })

    t.test(
      'without Redis, a login is answered with 503, and the process goes on',
      { buffered: true },
      async t => {
        const server = await start(example, { REDIS_URL: 'redis://127.0.0.1:1' })
        const browser = new Browser(server)
        t.equal((await browser.post('/login', user)).status, 503)
        t.equal((await browser.get('/me')).status, 401)
        t.match(server.stderr, /^Redis: .*ECONNREFUSED/m)
        t.same(await exitOf(server), [0, null])
      },
    )

    t.test('a body that is missing or has wrong types is answered with 401', { buffered: true }, async t => {
      const browser = new Browser(await start(example))
      t.equal((await browser.send('/login', { method: 'POST' })).status, 401)
      for (const body of [[], { email: 7, password: {} }, { email: 'ada@example.com' }]) {
        t.equal((await browser.post('/login', body)).status, 401, JSON.stringify(body))
      }
    })

    t.test(
      'it warns of a missing secret, and stops for one that is too short',
      { buffered: true },
      async t => {
        const { stderr } = await start(example, { TOKEN_SECRET: '' })
        t.match(stderr, /TOKEN_SECRET is not set/)
        const short = run(example, { TOKEN_SECRET: 'short' })
        t.same(await once(short.child, 'close'), [1, null])
        t.match(short.stderr, /TypeError: .*secret/)
      },
    )

    t.test('a taken port ends it with an error', { buffered: true }, async t => {
      const other = createServer().listen(0, '127.0.0.1')
      t.teardown(() => other.close())
      await once(other, 'listening')
      const { port } = other.address() as { port: number }
      const running = run(example, { PORT: `${port}` })
      t.same(await once(running.child, 'close'), [1, null])
      t.match(running.stderr, /EADDRINUSE/)
    })

    t.test('a connection that sends nothing does not hold the stop for long', { buffered: true }, async t => {
      const server = await start(example)
      const { hostname, port } = new URL(server.url)
      const silent = connect(Number(port), hostname).on('error', () => {})
      t.teardown(() => silent.destroy())
      await once(silent, 'connect')
      const since = performance.now()
      t.same(await exitOf(server), [0, null])
      t.ok(performance.now() - since < 8000)
    })
  })
}
