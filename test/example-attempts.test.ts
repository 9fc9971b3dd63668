// The example apps under attempts to guess a password: how many each address has.
import t from 'tap'
import { Browser, examples, serve } from './helpers/example.js'
import { freePort, startRedis, until } from './helpers/redis.js'

/** Refused by 400 once it is let in, without the price of a password hash. */
const nonsense = { email: 'nobody' }
const routes = ['/register', '/login', '/token']

t.jobs = 2
for (const example of examples) {
  t.test(example, { buffered: true }, async t => {
    t.jobs = 3
    t.test(
      'an address has so many attempts, over all routes that take a password',
      { buffered: true },
      async t => {
        const browser = new Browser(await serve(example, { SIGN_IN_LIMIT: '3' }))
        for (const path of routes) {
          t.equal((await browser.post(path, nonsense)).status, 400, path)
        }
        for (const path of routes) {
          const { status, headers, body, cookies } = await browser.post(path, nonsense)
          t.equal(status, 429, path)
          const seconds = headers.get('retry-after')
          t.match(seconds, /^([1-9]|[1-5]\d|60)$/)
          const message = `Too many attempts: try again in ${seconds} seconds`
          t.same(body, { statusCode: 429, error: 'Too Many Requests', message })
          t.match(headers.get('content-type'), 'application/json')
          t.same(cookies, [])
        }
        t.equal((await browser.get('/me')).status, 401, 'all else goes on')
        t.equal((await browser.refresh()).status, 400)
        const { status } = await browser.post('/login', nonsense, { 'x-forwarded-for': '203.0.113.1' })
        t.equal(status, 429, 'and nobody is another address by saying so')
      },
    )

    t.test(
      'TRUST_PROXY: the proxy says whose attempt it is, and a client can add nothing',
      { buffered: true },
      async t => {
        const browser = new Browser(await serve(example, { SIGN_IN_LIMIT: '2', TRUST_PROXY: 'loopback' }))
        const statuses: number[] = []
        for (const address of [
          '203.0.113.1',
          '203.0.113.1',
          '203.0.113.1',
          // Of one network, as its provider gives it to a household.
          '2001:db8::1',
          '2001:db8::2',
          '2001:db8::3',
          '203.0.113.9, 203.0.113.1',
        ]) {
          const { status } = await browser.post('/login', nonsense, { 'x-forwarded-for': address })
          statuses.push(status)
        }
        t.same(statuses, [400, 400, 429, 400, 400, 429, 429])
      },
    )

    t.test(
      'without Redis attempts pass, at the start as later, and are counted once it is back',
      { buffered: true },
      async t => {
        const port = await freePort()
        const environment = { SIGN_IN_LIMIT: '1', REDIS_URL: `redis://127.0.0.1:${port}` }
        const app = await serve(example, environment)
        const browser = new Browser(app)
        const attempt = async () => (await browser.post('/login', nonsense)).status
        const isFree = async () => {
          const since = performance.now()
          for (let count = 0; count < 2; count++) {
            t.equal(await attempt(), 400)
          }
          t.ok(performance.now() - since < 3000)
        }
        await isFree()
        const late = await startRedis({ port })
        await until('attempts are counted', async () => (await attempt()) === 429)
        await late.stop()
        await isFree()
        const again = await startRedis({ port })
        t.teardown(() => again.stop())
        await until('attempts are counted again', async () => (await attempt()) === 429)
        again.process.kill('SIGSTOP')
        await isFree()
        again.process.kill('SIGCONT')
      },
    )
  })
}

t.test('on Redis, attempts are counted over all processes', async t => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const environment = { SIGN_IN_LIMIT: '4', REDIS_URL: `redis://127.0.0.1:${redis.port}` }
  const apps = await Promise.all(examples.map(example => serve(example, environment)))
  const browsers = apps.map(app => new Browser(app))
  const statuses: number[] = []
  for (const browser of [...browsers, ...browsers, ...browsers]) {
    statuses.push((await browser.post('/login', nonsense)).status)
  }
  t.same(statuses, [400, 400, 400, 400, 429, 429])
  t.equal(await redis.command('KEYS', 'attempts:*'), 'attempts:127.0.0.1')
  const seconds = Number(await redis.command('TTL', 'attempts:127.0.0.1'))
  t.ok(seconds > 0 && seconds <= 60)
})
