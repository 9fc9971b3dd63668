// The demo: what its page shows, on either framework.
import { once } from 'node:events'
import { request } from 'node:http'
import { createServer } from 'node:net'
import t from 'tap'
import { Browser, examples, password, run, type Server, servers, start, tokens } from './helpers/example.js'
import { until } from './helpers/redis.js'

for (const framework of examples) {
  t.test(framework, async t => {
    const app = await start('demo', {}, `--${framework}`)

    t.test('only who is signed in may play, and no other site for them', async t => {
      const browser = new Browser(app)
      await browser.logIn()
      t.equal((await new Browser(app).get('/demo/events')).status, 401)
      for (const path of ['expire', 'thief']) {
        const nobody = await new Browser(app).post(`/demo/${path}`)
        t.match(nobody, { status: 401, cookies: [] }, path)
        const crossSite = { 'sec-fetch-site': 'cross-site' }
        t.equal((await browser.post(`/demo/${path}`, {}, crossSite)).status, 403, path)
      }
      t.equal((await browser.post('/demo/thief/x/refresh')).status, 404, 'no such thief')
    })

    t.test('an access token of an hour ago is refused as expired, and a refresh goes on', async t => {
      const browser = new Browser(app)
      await browser.logIn()
      const { status, cookies } = await browser.post('/demo/expire')
      t.equal(status, 204)
      t.match(cookies, [
        /^access_token=[\w-]+\.[\w-]+\.[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Priority=High$/,
      ])
      t.match((await browser.get('/me')).body, { code: 'ERR_ACCESS_TOKEN_EXPIRED' })
      t.same((await browser.refresh()).body, { expires_in: 60 })
      t.equal((await browser.get('/me')).status, 200)
    })

    t.test('the thief who follows gets a sibling, and the next one who refreshes ends it', async t => {
      const browser = new Browser(app)
      const email = await browser.logIn()
      const steal = await thiefOf(browser)
      t.equal((await browser.refresh()).status, 200)
      t.match((await steal('refresh')).body, { status: 200, events: [{ type: 'reissued' }] })
      t.match((await steal('me')).body, { status: 200, body: { email }, events: [] })
      t.equal((await browser.refresh()).status, 200)
      t.match((await steal('refresh')).body, {
        status: 400,
        body: { error: 'invalid_grant' },
        events: [{ type: 'reused' }],
      })
      t.equal((await browser.get('/me')).status, 401, 'for both')
      t.match((await steal('me')).body, { status: 401, events: [{ type: 'refused', reason: 'revoked' }] })
    })

    t.test('the thief who is first is outrun, or seen', async t => {
      const browser = new Browser(app)
      await browser.logIn()
      const steal = await thiefOf(browser)
      t.match((await steal('refresh')).body, { status: 200, events: [{ type: 'refreshed' }] })
      t.equal((await browser.refresh()).status, 200)
      t.match((await steal('refresh')).body, { status: 200, events: [{ type: 'refreshed' }] })
      t.match(await browser.refresh(), { status: 400, body: { error: 'invalid_grant' } })
    })

    t.test('the stream tells a user of their own sessions, and ends with its session', async t => {
      const browser = new Browser(app)
      const email = await browser.logIn()
      const stranger = new Browser(app)
      await stranger.logIn()
      const own = await listen(browser)
      const strangers = await listen(stranger)
      await stranger.refresh()
      await browser.post('/demo/expire')
      await browser.get('/me')
      await browser.refresh()
      const phone = new Browser(app)
      await phone.post('/login', { email, password })
      await phone.post('/auth/logout')
      await browser.post('/auth/logout')
      await until('it has ended', async () => own.ended)
      t.match(
        own.events.map(({ type, reason }) => [type, reason].filter(Boolean).join(' ')),
        ['refused expired', 'refreshed', 'issued', 'revoked revoke', 'revoked revoke'],
      )
      t.match(strangers.events, [{ type: 'refreshed' }])
      t.equal(strangers.events.length, 1)
      t.notOk(strangers.ended)
    })

    t.test('many sessions end at once, and each stream is told of its own, then ends', async t => {
      const browser = new Browser(app)
      const email = await browser.logIn()
      const phone = new Browser(app)
      await phone.post('/login', { email, password })
      const streams = [await listen(browser), await listen(phone)]
      t.equal((await browser.post('/auth/logout-all')).status, 204)
      await until('they have ended', async () => streams.every(({ ended }) => ended))
      for (const { events } of streams) {
        t.match(events.at(-1), { type: 'revoked', reason: 'revoke_all' })
      }
      t.equal((await new Browser(app).get('/me')).status, 401, 'the server goes on')
    })

    t.test('a HEAD request opens no stream', async t => {
      const browser = new Browser(app)
      await browser.logIn()
      const cookie = [...browser.jar].map(pair => pair.join('=')).join('; ')
      // The agent of `fetch` would not wait for the end.
      const head = request(`${app.url}/demo/events`, { method: 'HEAD', headers: { cookie } }).end()
      const [response] = await once(head, 'response', { signal: AbortSignal.timeout(5000) })
      t.equal(response.statusCode, 200)
    })

    t.test('what Tokenratchet decides is counted for Prometheus, without tokens and users', async t => {
      const browser = new Browser(app)
      await browser.logIn()
      const thief = browser.fork()
      await browser.refresh()
      await browser.refresh()
      await thief.refresh()
      await new Browser(app).get('/me')
      const { body: me } = await browser.get('/me')
      const response = await fetch(`${app.url}/metrics`)
      t.match(response.headers.get('content-type'), /^text\/plain; version=0\.0\.4/)
      const metrics = await response.text()
      t.match(metrics, /^tokenratchet_events_total\{type="reused"\} [1-9]/m)
      t.match(metrics, /\{type="refused",reason="missing",credential="access_token"\} [1-9]/)
      t.match(metrics, /\{type="store_unavailable"\} 0$/m, 'what has not happened is there too')
      t.notOk([...tokens, String(me['sub'])].some(secret => metrics.includes(secret)))
    })

    t.test('the client comes with the page, and nothing else of its package', async t => {
      const { status, headers } = await fetch(`${app.url}/client/index.js`)
      t.equal(status, 200)
      t.match(headers.get('content-type'), /^(text|application)\/javascript/)
      t.match(headers.get('content-security-policy'), "script-src 'self'")
      for (const path of [
        '',
        'index.d.ts',
        'index.js.map',
        '.tsbuildinfo',
        '../package.json',
        '%2e%2e/package.json',
      ]) {
        const answer = await fetch(`${app.url}/client/${path}`)
        await answer.text()
        t.match(answer.status, /^40[034]$/, path)
      }
    })
  })
}

t.test('it is quiet, unless it is asked: no request is in the log, and no token', async t => {
  const [quiet, loud] = await Promise.all([start('demo'), start('demo', {}, '--verbose', '--express')])
  for (const server of [quiet, loud]) {
    await new Browser(server).logIn()
  }
  await until('a line of each login', async () => /"url":"\/login"/.test(loud.stdout))
  t.notMatch(quiet.stdout, '{')
  t.match(quiet.stdout, /^listening on http:\S+\n\nThe demo runs on Fastify/)
  t.match(loud.stdout, 'The demo runs on Express')
  t.equal(quiet.stderr, '')
  const logs = [...servers].map(({ stdout, stderr }) => stdout + stderr).join('')
  t.notOk([...tokens].some(token => logs.includes(token)))
})

t.test('its variables: how long access tokens live, and strict rotation', async t => {
  const strict = await start('demo', { RECOVERY_WINDOW: '0', ACCESS_TOKEN_LIFETIME: '90' })
  const browser = new Browser(strict)
  await browser.logIn()
  const previous = browser.fork(browser.jar)
  t.same((await browser.refresh()).body, { expires_in: 90 })
  t.match(await previous.refresh(), { status: 400, body: { error: 'invalid_grant' } })
  t.equal((await browser.get('/me')).status, 401, 'the previous refresh token has ended the session')
  t.equal((await browser.refresh()).status, 400)
})

t.test('open streams do not hold the stop', async t => {
  const apps = await Promise.all(examples.map(framework => start('demo', {}, `--${framework}`)))
  for (const { child, ...app } of apps) {
    const browser = new Browser(app)
    await browser.logIn()
    const stream = await listen(browser)
    const since = performance.now()
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    t.same(await exit, [0, null])
    t.ok(performance.now() - since < 4500)
    t.ok(stream.ended)
  }
})

t.test(
  'it does not start in production, on a taken port, or with two frameworks, and says why in a line',
  async t => {
    const other = createServer().listen(0, '127.0.0.1')
    t.teardown(() => other.close())
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const rows: [Record<string, string>, string[], RegExp][] = [
      [{ NODE_ENV: 'production' }, [], /^Error: [^\n]+ NODE_ENV=production\n$/],
      [{ NODE_ENV: 'production' }, ['--express'], /^Error: [^\n]+ NODE_ENV=production\n$/],
      [{ PORT: `${port}` }, [], new RegExp(`^Port ${port} is taken\\. Set PORT=${port + 1} [^\\n]+\\n$`)],
      [{ PORT: `${port}` }, ['--express'], /^Port \d+ is taken/],
      [{}, ['--express', '--fastify'], /^Error: Choose one framework[^\n]+\n$/],
      [{ ACCESS_TOKEN_LIFETIME: 'NaN' }, [], /^TypeError: .*\baccessTokenLifetime\b/],
    ]
    const ended = rows.map(async ([environment, flags, message]) => {
      const running = run('demo', environment, ...flags)
      t.same(await once(running.child, 'close'), [1, null])
      t.match(running.stderr, message)
      t.equal(running.stdout, '')
    })
    await Promise.all(ended)
  },
)

/** One who has copied the cookies, as the page sends him on. */
async function thiefOf(browser: Browser) {
  const { status, body } = await browser.post('/demo/thief')
  if (status !== 201) {
    throw new Error(`The thief got ${status}`)
  }
  const page = new Browser(browser.server)
  return (action: 'refresh' | 'me') => page.post(`/demo/thief/${body['thief']}/${action}`)
}

interface Stream {
  events: Record<string, unknown>[]
  ended: boolean
}

/** Once the server listens. */
async function listen({ server, jar }: Browser): Promise<Stream> {
  const cookie = [...jar].map(pair => pair.join('=')).join('; ')
  const response = await fetch(`${(server as Server).url}/demo/events`, { headers: { cookie } })
  const stream: Stream = { events: [], ended: false }
  const read = async () => {
    let text = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      const lines = text.split('\n\n')
      text = lines.pop() ?? ''
      stream.events.push(...lines.filter(line => line !== ':').map(line => JSON.parse(line.slice(6))))
    }
    stream.ended = true
  }
  read().catch(() => {})
  return stream
}
