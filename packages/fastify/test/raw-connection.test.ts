import type { AddressInfo, Socket } from 'node:net'
import t from 'tap'
import { names, type TestApp, testApp } from './app.js'
import { exchange, text } from './raw.js'

async function listening(t: Parameters<typeof testApp>[0], options: Parameters<typeof testApp>[1] = {}) {
  const test = await testApp(t, options)
  await test.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = test.app.server.address() as AddressInfo
  return { ...test, port, host: `Host: 127.0.0.1:${port}` }
}

async function cookieOf({ app }: Pick<TestApp, 'app'>, subject: string): Promise<string> {
  const { accessToken, refreshToken } = await app.tokens.issue({ subject })
  return `Cookie: ${names.access}=${accessToken}; ${names.refresh}=${refreshToken}`
}

const sameOrigin = 'Sec-Fetch-Site: same-origin'

t.test('requests of many users in one connection get each their own answer, in order', async t => {
  const { app, port, host } = await listening(t)
  const cookies = new Map([['nobody', 'X-Cookie: none']])
  for (const name of ['ada', 'grace', 'linus']) {
    cookies.set(name, await cookieOf({ app }, name))
  }
  const turn = ['ada', 'nobody', 'grace', 'grace', 'linus', 'ada', 'nobody', 'linus', 'grace', 'ada']
  const users = Array(5).fill(turn).flat()
  const requests = users.map(user => text(['GET /maybe HTTP/1.1', host, cookies.get(user) ?? '']))
  requests.push(text(['GET /public HTTP/1.1', host, 'Connection: close']))
  const answers = await exchange(port, requests)
  t.same(
    answers.map(({ body }) => JSON.parse(body).user ?? 'nobody'),
    [...users, 'nobody'],
  )
})

t.test('requests that arrive in pieces, at the same time, are not mixed up', async t => {
  const { app, port, host } = await listening(t)
  const users = ['ada', 'grace', 'linus', 'edsger']
  const answers = await Promise.all(
    users.map(async (name, index) => {
      const bytes = Buffer.from(
        text(['GET /me HTTP/1.1', host, 'Connection: close', await cookieOf({ app }, name)]),
      )
      const size = 7 + index
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      )
      return exchange(port, pieces)
    }),
  )
  t.same(
    answers.map(([answer]) => answer?.body),
    users.map(user => JSON.stringify({ user })),
  )
})

const going: Record<string, (socket: Socket) => void> = {
  'an end': socket => void socket.end(),
  'a close': socket => void socket.destroy(),
  'a reset': socket => void socket.resetAndDestroy(),
}

/** Heads of requests whose bodies say that they are longer than what comes. */
const halves: Record<string, string[]> = {
  'a length': ['Content-Type: application/json', 'Content-Length: 100'],
  'a length without a type': ['Content-Length: 100'],
  chunks: ['Content-Type: text/plain', 'Transfer-Encoding: chunked'],
}

t.test('a body that breaks off leaves no connection, and changes nothing', async t => {
  const { app, port, host, events, clock } = await listening(t)
  const cookie = await cookieOf({ app }, 'ada')
  const before = await app.tokens.sessions('ada')
  clock.advance(1)
  const closed: Promise<unknown>[] = []
  app.server.on('connection', socket => closed.push(new Promise(resolve => socket.on('close', resolve))))
  for (const url of ['/auth/refresh', '/auth/logout', '/me']) {
    for (const [what, lines] of Object.entries(halves)) {
      for (const [end, go] of Object.entries(going)) {
        const body = what === 'chunks' ? '5\r\nabc' : '{"a":'
        const bytes = text([`POST ${url} HTTP/1.1`, host, cookie, sameOrigin, ...lines], body)
        const answers = await exchange(port, bytes, go)
        t.ok(
          answers.every(({ status }) => status >= 400 && status < 500),
          `${url}: ${what}, and then ${end}`,
        )
      }
    }
  }
  const [last] = await exchange(port, text(['GET /public HTTP/1.1', host, 'Connection: close']))
  t.equal(last?.status, 200)
  await Promise.all(closed)
  t.equal(closed.length, 28)
  t.same(await app.tokens.sessions('ada'), before)
  t.same(
    events.map(({ type }) => type),
    ['issued'],
  )
  const [answer] = await exchange(
    port,
    text(['POST /auth/refresh HTTP/1.1', host, cookie, sameOrigin, 'Connection: close']),
  )
  t.equal(answer?.status, 200)
})

t.test(
  'R27: a refresh whose answer nobody waited for harms nobody: the same cookie gets another',
  async t => {
    const refreshes: string[] = []
    let refreshed = () => {}
    const { app, port, host } = await listening(t, {
      onEvent({ type }) {
        refreshes.push(type)
        refreshed()
      },
    })
    const refresh = text([
      'POST /auth/refresh HTTP/1.1',
      host,
      await cookieOf({ app }, 'ada'),
      sameOrigin,
      'Connection: close',
    ])
    for (let turn = 0; turn < 3; turn++) {
      await exchange(port, refresh, socket => {
        refreshed = () => void socket.destroy()
      })
    }
    refreshed = () => {}
    const [answer] = await exchange(port, refresh)
    t.equal(answer?.status, 200)
    t.same(refreshes, ['issued', 'refreshed', 'reissued', 'reissued', 'reissued'])
  },
)
