// The starters as their operators watch them: what the log shows.
import t from 'tap'
import { Browser, examples, type Server, servers, start, tokens } from './helpers/example.js'
import { startRedis, until } from './helpers/redis.js'

t.jobs = 2
for (const example of examples) {
  t.test(example, { buffered: true }, async t => {
    const app = await start(example)

    t.test('a reuse is a warning with what is known of it', async t => {
      const browser = new Browser(app)
      await browser.logIn()
      const thief = browser.fork()
      await browser.refresh()
      await browser.refresh()
      t.equal((await thief.refresh()).status, 400)
      const [line] = await linesOf(app, 'reused')
      t.match(line, { level: 40, msg: 'Tokenratchet: reused', sid: /./, subject: /./, sinceRotation: Number })
    })

    t.test(
      'a login is a line of the log; refreshes and refusals are lines only with LOG_LEVEL=debug',
      async t => {
        const browser = new Browser(app)
        await browser.logIn()
        t.equal((await browser.refresh()).status, 200)
        t.equal((await new Browser(app).get('/me')).status, 401)
        t.match((await linesOf(app, 'issued')).at(-1), { level: 30 })
        t.notMatch(app.stdout, /"event":"(refreshed|refused)"/)
      },
    )

    t.test('another site that tries to act for a user is a warning', async t => {
      const browser = new Browser(app)
      await browser.logIn()
      await browser.post('/auth/logout', {}, { origin: 'https://evil.example' })
      t.match(await linesOf(app, 'refused', 'forbidden_origin'), [{ level: 40 }])
    })

    t.test('a sibling that plants cookies is a warning', async t => {
      const [browser, attacker] = [new Browser(app), new Browser(app)]
      await browser.logIn()
      await attacker.logIn()
      const cookie = [...browser.jar, ...attacker.jar].map(pair => pair.join('=')).join('; ')
      t.equal((await fetch(`${app.url}/me`, { headers: { cookie } })).status, 401)
      t.match(await linesOf(app, 'refused', 'duplicate'), [{ level: 40 }])
    })

    t.test('an outage is an error, without what the client of the store knows', async t => {
      const redis = await startRedis({ args: ['--requirepass', 'right-password'] })
      t.teardown(() => redis.stop())
      const REDIS_URL = `redis://:wrong-password@127.0.0.1:${redis.port}`
      const broken = await start(example, { REDIS_URL, LOG_LEVEL: 'debug' })
      await t.rejects(new Browser(broken).logIn(), { message: 'Login answered 503' })
      t.match((await linesOf(broken, 'store_unavailable'))[0], { level: 50, error: String })
      await new Browser(broken).get('/me')
      t.match(await linesOf(broken, 'refused'), [{ level: 20 }])
      t.notMatch(broken.stdout + broken.stderr, 'wrong-password')
    })
  })
}

t.test('no log holds a token', async t => {
  t.ok(tokens.size > 10)
  const logs = [...servers].map(({ stdout, stderr }) => stdout + stderr).join('')
  t.notOk([...tokens].some(token => logs.includes(token)))
})

/** Those of one type, and for one reason where that is given, once there is one. */
async function linesOf(app: Server, type: string, reason = ''): Promise<Record<string, unknown>[]> {
  const isWanted = (line: string) => line.includes(`"event":"${type}"`) && line.includes(reason)
  const lines = () => app.stdout.split('\n').filter(isWanted)
  await until(`a line of ${type}`, async () => lines().length > 0)
  return lines().map(line => JSON.parse(line))
}
