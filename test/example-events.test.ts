// The example apps as their operators watch them: lines of the log, and counters for Prometheus.
import t from 'tap'
import { Browser, examples, type Server, servers, start, tokens } from './helpers/example.js'
import { startRedis, until } from './helpers/redis.js'

for (const example of examples) {
  t.test(example, async t => {
    const app = await start(example, { METRICS: 'true' })

    t.test('a reuse is a warning with what is known of it, and counted', async t => {
      const browser = new Browser(app)
      await browser.logIn()
      const thief = browser.fork()
      await browser.refresh()
      await browser.refresh()
      t.equal((await thief.refresh()).status, 400)
      const [line] = await linesOf(app, 'reused')
      t.match(line, { level: 40, msg: 'Tokenratchet: reused', sid: /./, subject: /./, sinceRotation: Number })
      t.match(await metricsOf(app), /^tokenratchet_events_total\{type="reused"\} 1$/m)
    })

    t.test('a login is a line of the log; refreshes and refusals are counted only', async t => {
      const browser = new Browser(app)
      await browser.logIn()
      t.equal((await browser.refresh()).status, 200)
      t.equal((await new Browser(app).get('/me')).status, 401)
      t.match((await linesOf(app, 'issued')).at(-1), { level: 30 })
      t.notMatch(app.stdout, /"event":"(refreshed|refused)"/)
      const metrics = await metricsOf(app)
      t.match(metrics, /^tokenratchet_events_total\{type="issued"\} 2$/m)
      t.match(metrics, /^tokenratchet_events_total\{type="refreshed"\} 3$/m)
      t.match(metrics, /\{type="refused",reason="missing",credential="access_token"\} 1$/m)
      t.match(metrics, /\{type="store_unavailable"\} 0$/m, 'what has not happened is there too')
    })

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
      t.match(await metricsOf(app), /\{type="refused",reason="duplicate",credential="cookie"\} 1$/m)
    })

    t.test('an outage is an error, without what the client of the store knows', async t => {
      const redis = await startRedis({ args: ['--requirepass', 'right-password'] })
      t.teardown(() => redis.stop())
      const REDIS_URL = `redis://:wrong-password@127.0.0.1:${redis.port}`
      const broken = await start(example, { METRICS: 'true', REDIS_URL })
      await t.rejects(new Browser(broken).logIn(), { message: 'Login answered 503' })
      t.match((await linesOf(broken, 'store_unavailable'))[0], { level: 50, error: String })
      t.match(await metricsOf(broken), /\{type="store_unavailable"\} [1-9]/)
      t.notMatch(broken.stdout + broken.stderr, 'wrong-password')
    })

    t.test('/metrics is text of Prometheus, and there only with METRICS=true', async t => {
      const { status, headers } = await fetch(`${app.url}/metrics`)
      t.equal(status, 200)
      t.match(headers.get('content-type'), /^text\/plain; version=0\.0\.4/)
      const silent = await start(example)
      t.equal((await fetch(`${silent.url}/metrics`)).status, 404)
    })
  })
}

t.test('neither log nor metrics hold a token, and metrics nobody’s name', async t => {
  t.ok(tokens.size > 10)
  const logs = [...servers].map(({ stdout, stderr }) => stdout + stderr).join('')
  const app = [...servers][0] as Server
  const text = logs + (await metricsOf(app))
  t.notOk([...tokens].some(token => text.includes(token)))
  const subjects = (await linesOf(app, 'issued')).map(({ subject }) => String(subject))
  t.notOk(subjects.some(subject => subject === '' || text.split('# HELP')[1]?.includes(subject)))
})

/** Those of one type, and for one reason where that is given, once there is one. */
async function linesOf(app: Server, type: string, reason = ''): Promise<Record<string, unknown>[]> {
  const isWanted = (line: string) => line.includes(`"event":"${type}"`) && line.includes(reason)
  const lines = () => app.stdout.split('\n').filter(isWanted)
  await until(`a line of ${type}`, async () => lines().length > 0)
  return lines().map(line => JSON.parse(line))
}

async function metricsOf({ url }: Server): Promise<string> {
  return (await fetch(`${url}/metrics`)).text()
}
