// What a page of another origin can open in the name of a user (RFC 6455 section 10.2).
import { request } from 'node:http'
import { connect } from 'node:net'
import type { RunningApp } from './app.js'
import { Browser, send } from './http.js'
import { beforeTheStore, rule, type World } from './rule.js'

const trusted = 'https://app.example.com'
type Headers = Record<string, string>

/** By what they ask for; Node's clients can't send the pseudo header of HTTP/2, which packages/core tests. */
const handshakes: Record<string, Headers> = {
  websocket: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
  'another Upgrade': { connection: 'Upgrade', upgrade: 'anything' },
  'no Upgrade': { 'sec-websocket-version': '13' },
}

/** Where a browser says that the request comes from, and whether a cookie opens the socket. */
const origins = (port: number): Record<string, [headers: Headers, isOpen: boolean]> => ({
  'the own page': [{ origin: `http://127.0.0.1:${port}` }, true],
  'a trusted page': [{ origin: trusted }, true],
  'no browser': [{}, true],
  'another port': [{ origin: 'http://127.0.0.1:1' }, false],
  'a sibling': [{ origin: 'http://evil.127.0.0.1' }, false],
  'another site': [{ origin: 'https://evil.example' }, false],
  'an opaque origin': [{ origin: 'null' }, false],
  'a browser that says same-origin': [{ origin: 'null', 'sec-fetch-site': 'same-origin' }, true],
  'a browser that says same-site': [{ origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }, false],
  'a browser that says cross-site': [{ 'sec-fetch-site': 'cross-site' }, false],
})

async function start(world: World): Promise<{ app: RunningApp; cookie: string; accessToken: string }> {
  const app = await world.start({ trustedOrigins: [trusted] })
  const browser = new Browser(app)
  await browser.login('ada')
  const { accessToken } = await app.tokens.issue({ subject: 'grace', transport: 'body' })
  return { app, cookie: browser.cookie, accessToken }
}

rule(
  'R36: a handshake with a cookie obeys the cross-origin rule at every guard',
  async (t, world) => {
    const { app, cookie, accessToken } = await start(world)
    for (const [what, handshake] of Object.entries(handshakes)) {
      for (const [where, [headers, isOpen]] of Object.entries(origins(app.port))) {
        for (const url of ['/me', '/maybe']) {
          const sent = { url, headers: { cookie, ...handshake, ...headers } }
          t.equal((await send(app.port, sent)).status, isOpen ? 200 : 403, `${what} of ${where} at ${url}`)
        }
        const authorization = `Bearer ${accessToken}`
        const sent = { url: '/me', headers: { cookie, authorization, ...handshake, ...headers } }
        t.same((await send(app.port, sent)).json(), { user: 'grace' }, 'a Bearer token needs no origin')
      }
    }
  },
  beforeTheStore,
)

/** The raw answer to a handshake, and the socket's end. */
function open(
  port: number,
  url: string,
  headers: Headers,
): Promise<{ status: number; headers: Headers; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      path: url,
      headers: { ...handshakes['websocket'], ...headers },
    })
    asked.on('upgrade', (response, socket) => {
      socket.end()
      resolve({ status: response.statusCode ?? 0, headers: response.headers as Headers, text: '' })
    })
    asked.on('response', response => {
      const chunks: Buffer[] = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ status: response.statusCode ?? 0, headers: response.headers as Headers, text })
      })
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** As an application does it that has a server of sockets of its own. */
function serveSockets(app: RunningApp): void {
  app.server.on('upgrade', async (request, socket) => {
    try {
      const demands = request.url === '/admin' ? { scope: 'admin' } : undefined
      const { sub } = await app.authenticateRequest(request, demands)
      const lines = [
        'HTTP/1.1 101 Switching Protocols',
        'connection: Upgrade',
        'upgrade: websocket',
        `x-user: ${sub}`,
      ]
      socket.end(`${lines.join('\r\n')}\r\n\r\n`)
    } catch (error) {
      app.refuseUpgrade(socket, error)
    }
  })
}

rule(
  'R36: authenticateRequest opens for the own page, and refuseUpgrade answers the others',
  async (t, world) => {
    const { app, cookie, accessToken } = await start(world)
    serveSockets(app)
    for (const [where, [headers, isOpen]] of Object.entries(origins(app.port))) {
      const answer = await open(app.port, '/socket', { cookie, ...headers })
      t.equal(answer.status, isOpen ? 101 : 403, where)
      t.equal(
        isOpen ? answer.headers['x-user'] : JSON.parse(answer.text).code,
        isOpen ? 'ada' : 'ERR_FORBIDDEN_ORIGIN',
      )
      const authorization = `Bearer ${accessToken}`
      t.match(await open(app.port, '/socket', { cookie, authorization, ...headers }), {
        status: 101,
        headers: { 'x-user': 'grace' },
      })
    }
    t.match(await open(app.port, '/socket', {}), {
      status: 401,
      headers: { 'www-authenticate': 'Bearer', connection: 'close' },
      text: /"code":"ERR_ACCESS_TOKEN_MISSING"/,
    })
    t.match(await open(app.port, '/admin', { cookie }), {
      status: 403,
      headers: { 'www-authenticate': /scope="admin"/ },
    })
    world.clock.advance('11m')
    t.match(await open(app.port, '/socket', { cookie }), { status: 401, text: /ERR_ACCESS_TOKEN_EXPIRED/ })
  },
)

rule(
  'R36: authenticateRequest applies the rule whatever the method, as to the polling of socket.io',
  async (t, world) => {
    const asked: Promise<string>[] = []
    const app: RunningApp = await world.start(
      {},
      {
        first: (request, response) => {
          if (request.url === '/poll') {
            const outcome = app.authenticateRequest(request).then(
              ({ sub }) => sub,
              error => error.code,
            )
            asked.push(outcome)
          }
          response.setHeader('x-polled', 'yes')
        },
      },
    )
    const browser = new Browser(app)
    await browser.login('ada')
    const { cookie } = browser
    const own = { origin: `http://127.0.0.1:${app.port}` }
    const foreign = { origin: 'https://evil.example' }
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      for (const headers of [own, foreign, { 'sec-fetch-site': 'cross-site' }]) {
        await send(app.port, { method, url: '/poll', headers: { cookie, ...headers } })
      }
    }
    const expected = ['ada', 'ERR_FORBIDDEN_ORIGIN', 'ERR_FORBIDDEN_ORIGIN']
    t.same(await Promise.all(asked), [...expected, ...expected, ...expected])
    await t.rejects(app.authenticateRequest({ headers: {} } as never, 'optional' as never), TypeError)
    await t.rejects(app.authenticateRequest({ headers: {} } as never, {} as never), TypeError)
  },
)

rule(
  'an upgrade that fails for a reason of the application is a 500 that tells nothing',
  async (t, world) => {
    const { app, cookie } = await start(world)
    const warned = new Promise<Error>(resolve => process.once('warning', resolve))
    app.server.on('upgrade', (_request, socket) => app.refuseUpgrade(socket, new Error('secret')))
    const answer = await open(app.port, '/socket', { cookie })
    t.equal(answer.status, 500)
    t.notMatch(answer.text, /secret/)
    t.match(await warned, { message: 'secret' })
  },
)

rule('a reset while authenticateRequest waits ends no process', async (t, world) => {
  const { app, cookie } = await start(world)
  let release = (): void => {}
  const gate = new Promise<void>(resolve => {
    release = resolve
  })
  const waiting = new Promise<void>(resolve => {
    world.store.beforeFind = async () => {
      resolve()
      await gate
    }
  })
  const settled = new Promise<string>(resolve => {
    app.server.on('upgrade', async (request, socket) => {
      const outcome = await app.authenticateRequest(request, { introspect: true }).then(
        ({ sub }) => sub,
        error => error.code,
      )
      socket.on('error', () => {})
      socket.destroy()
      resolve(outcome)
    })
  })
  const client = connect(app.port, '127.0.0.1')
  client.on('error', () => {})
  const lines = Object.entries({ host: 'x', cookie, ...handshakes['websocket'] }).map(pair => pair.join(': '))
  client.write(`GET /socket HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  await waiting
  const reset = new Promise(resolve => client.once('close', resolve))
  client.resetAndDestroy()
  await reset
  // The server has heard of it when it answers a request that came later.
  t.equal((await send(app.port, { url: '/public' })).status, 200)
  release()
  t.equal(await settled, 'ada')
})
