// The example apps as their operators run them: configuration, start and stop.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect, createServer } from 'node:net'
import t from 'tap'
import { examples, password, run, start } from './helpers/example.js'

for (const example of examples) {
  t.test(example, async t => {
    t.test('a bad configuration stops the start and says which variable or option it is', async t => {
      const pem = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----'
      const rows: [Record<string, string>, RegExp][] = [
        [{ TOKEN_SECRET: 'secret' }, /^TypeError: .*\bsecret\b/],
        [{ TOKEN_SECRET: pem }, /^TypeError: .*\bsecret\b/],
        [{ ACCESS_TOKEN_LIFETIME: 'NaN' }, /^TypeError: .*\baccessTokenLifetime\b/],
        [{ ACCESS_TOKEN_LIFETIME: '0' }, /^TypeError: .*\baccessTokenLifetime\b/],
        [{ RECOVERY_WINDOW: '-5' }, /^TypeError: .*\brecoveryWindow\b/],
        [{ PORT: 'abc' }, /^Error: PORT must be /],
        [{ PORT: '65536' }, /^Error: PORT must be /],
        [{ COOKIE_SECURE: 'yes' }, /^Error: COOKIE_SECURE must be /],
        [{ METRICS: '1' }, /^Error: METRICS must be /],
        [{ SIGN_IN_LIMIT: '0' }, /^Error: SIGN_IN_LIMIT must be /],
        [{ TRUST_PROXY: '1' }, /^Error: TRUST_PROXY must be /],
        [{ TRUST_PROXY: '10.0.0.0/33' }, /^Error: TRUST_PROXY must be /],
        [{ TRUST_PROXY: '::/0' }, /^Error: TRUST_PROXY must be /],
        [{ SIGNING_KEY: 'MC4CAQ' }, /^Error: SIGNING_KEY must be /],
        [{ SIGNING_KEY: `${pem}\nMC4CAQ` }, /^Error: SIGNING_KEY must be /],
        [{ SIGNING_KEY: pem }, /^TypeError: signingKeys\[0\] /],
      ]
      // What is not the framework's is the same file in both: test/example-alike.test.ts.
      const own = example === 'fastify' ? rows : rows.filter((_row, index) => index % 5 === 0)
      const finished = own.map(async ([environment, message]) => {
        const running = run(example, environment)
        const [code] = await once(running.child, 'close')
        return { environment, message, code, ...running }
      })
      for (const { environment, message, code, stdout, stderr } of await Promise.all(finished)) {
        const name = JSON.stringify(environment)
        t.equal(code, 1, name)
        t.match(stderr, message, name)
        t.equal(stderr.trimEnd().split('\n').length, 1, name)
        t.notMatch(stdout, /listening/, name)
        t.notMatch(stderr, 'MC4CAQ', 'no secret is shown')
      }
    })

    t.test('a port in use stops the start with one line', async t => {
      const other = createServer().listen(0, '127.0.0.1')
      t.teardown(() => other.close())
      await once(other, 'listening')
      const { port } = other.address() as { port: number }
      const running = run(example, { PORT: String(port) })
      const [code] = await once(running.child, 'close')
      t.equal(code, 1)
      t.match(running.stderr, new RegExp(`^Error: listen EADDRINUSE.*:${port}\\n$`))
    })

    t.test('a connection that sends nothing does not hold the stop for long', async t => {
      const { url, child } = await start(example)
      const { hostname, port } = new URL(url)
      const silent = connect(Number(port), hostname).on('error', () => {})
      t.teardown(() => silent.destroy())
      await once(silent, 'connect')
      // One that is idle is closed at once: only the silent one is waited for.
      await (await fetch(url)).text()
      const exit = once(child, 'exit')
      const since = performance.now()
      child.kill('SIGTERM')
      t.same(await exit, [0, null])
      t.ok(performance.now() - since < 8000)
    })

    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      t.test(`${signal} lets the open request finish and exits 0`, async t => {
        const { url, child } = await start(example)
        const body = JSON.stringify({ email: `${randomUUID()}@example.com`, password })
        const open = request(`${url}/register`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            expect: '100-continue',
          },
        })
        open.flushHeaders()
        // The server has the request, and waits for its body.
        await once(open, 'continue')
        const exit = once(child, 'exit')
        child.kill(signal)
        await new Promise(resolve => setTimeout(resolve, 100))
        open.end(body)
        const [response] = await once(open, 'response')
        t.equal(response.statusCode, 201)
        response.resume()
        t.same(await exit, [0, null])
      })
    }
  })
}
