// The example apps as their operators run them: configuration, start and stop.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect, createServer } from 'node:net'
import t from 'tap'
import { examples, password, run, serve, start } from './helpers/example.js'

// Each waits for processes, not for the machine.
t.jobs = 2
for (const example of examples) {
  t.test(example, { buffered: true }, async t => {
    t.jobs = 4
    t.test(
      'a bad configuration stops the start and says which variable or option it is',
      { buffered: true },
      async t => {
        const pem = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----'
        const rows: [Record<string, string>, RegExp][] = [
          [{ TOKEN_SECRET: 'secret' }, /^TypeError: .*\bsecret\b/],
          [{ TOKEN_SECRET: pem }, /^TypeError: .*\bsecret\b/],
          [{ PORT: 'abc' }, /^Error: PORT must be /],
          [{ PORT: '65536' }, /^Error: PORT must be /],
          [{ LOG_LEVEL: 'loud' }, /^Error: LOG_LEVEL must be /],
          [{ SIGN_IN_LIMIT: '0' }, /^Error: SIGN_IN_LIMIT must be /],
          [{ TRUST_PROXY: '1' }, /^Error: TRUST_PROXY must be /],
          [{ TRUST_PROXY: '::/0' }, /^Error: TRUST_PROXY must be /],
          [{ TRUST_PROXY: '10.0.0.0/33' }, /^TypeError: .*10\.0\.0\.0\/33/],
          [{ SIGNING_KEY: 'MC4CAQ' }, /^TypeError: signingKeys\[0\] /],
          [{ SIGNING_KEY: `${pem}\nMC4CAQ` }, /^TypeError: signingKeys\[0\] /],
          [{ SIGNING_KEY: pem }, /^TypeError: signingKeys\[0\] /],
        ]
        for (const [environment, message] of rows) {
          const name = JSON.stringify(environment)
          const error = await serve(example, environment).then(
            () => 'it starts',
            error => String(error),
          )
          t.match(error, message, name)
          t.notMatch(error, 'MC4CAQ', 'no secret is shown')
        }
        const running = run(example, { SIGNING_KEY: 'MC4CAQ' })
        t.same(await once(running.child, 'close'), [1, null])
        t.match(running.stderr, /^TypeError: signingKeys\[0\] [^\n]+\n$/, 'one line')
        t.equal(running.stdout, '')
      },
    )

    t.test(
      'a port in use stops the start with one line, which says what to do',
      { buffered: true },
      async t => {
        const other = createServer().listen(0, '127.0.0.1')
        t.teardown(() => other.close())
        await once(other, 'listening')
        const { port } = other.address() as { port: number }
        const running = run(example, { PORT: String(port) })
        const [code] = await once(running.child, 'close')
        t.equal(code, 1)
        t.match(running.stderr, `Port ${port} is taken. Set PORT=${port + 1} or another free port.\n`)
      },
    )

    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      t.test(
        `${signal} lets the open request finish and exits 0, without waiting for idle connections`,
        async t => {
          const { url, child } = await start(example)
          const { hostname, port } = new URL(url)
          // One that sends nothing, and one that has done its work.
          const silent = connect(Number(port), hostname).on('error', () => {})
          t.teardown(() => silent.destroy())
          await once(silent, 'connect')
          await (await fetch(url)).text()
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
          const since = performance.now()
          child.kill(signal)
          await new Promise(resolve => setTimeout(resolve, 100))
          open.end(body)
          const [response] = await once(open, 'response')
          t.equal(response.statusCode, 201)
          response.resume()
          t.same(await exit, [0, null])
          t.ok(performance.now() - since < 8000)
        },
      )
    }
  })
}
