import type { Socket } from 'node:net'
import { cookieOf, exchange, text } from './raw.js'
import { rule, stateOf } from './rule.js'

const host = 'Host: app.test'
const close = 'Connection: close'
const sameOrigin = 'Sec-Fetch-Site: same-origin'

rule('requests of many users in one connection get each their own answer, in order', async (t, world) => {
  const app = await world.start()
  const cookies = new Map([['nobody', 'none=none']])
  for (const name of ['ada', 'grace', 'linus']) {
    cookies.set(name, await cookieOf(app, name))
  }
  const turn = ['ada', 'nobody', 'grace', 'grace', 'linus', 'ada', 'nobody', 'linus', 'grace', 'ada']
  const users = Array(5).fill(turn).flat()
  const requests = users.map(user => text(['GET /maybe HTTP/1.1', host, `Cookie: ${cookies.get(user)}`]))
  requests.push(text(['GET /public HTTP/1.1', host, close]))
  const answers = await exchange(app.port, requests)
  t.same(
    answers.map(({ body }) => JSON.parse(body).user ?? 'nobody'),
    [...users, 'nobody'],
  )
})

rule('requests that arrive in pieces, at the same time, are not mixed up', async (t, world) => {
  const app = await world.start()
  const users = ['ada', 'grace', 'linus', 'edsger']
  const answers = await Promise.all(
    users.map(async (name, index) => {
      const bytes = Buffer.from(
        text(['GET /me HTTP/1.1', host, close, `Cookie: ${await cookieOf(app, name)}`]),
      )
      const size = 7 + index
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      )
      return exchange(app.port, pieces)
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

const form = 'Content-Type: application/x-www-form-urlencoded'

/** Heads of requests whose bodies are longer than what comes of them. */
const halves: Record<string, [lines: string[], body: (token: string) => string]> = {
  'a length': [['Content-Type: application/json', 'Content-Length: 500'], () => '{"a":'],
  'a length without a type': [['Content-Length: 500'], () => '{"a":'],
  'chunks of text': [['Content-Type: text/plain', 'Transfer-Encoding: chunked'], () => '5\r\nabc'],
  'JSON in chunks, whole but for the end': [
    ['Content-Type: application/json', 'Transfer-Encoding: chunked'],
    token => chunk(`{"grant_type":"refresh_token","refresh_token":"${token}","token":"${token}"}`),
  ],
  'a form that is whole but for its last letters': [
    [form, 'Content-Length: 500'],
    token => `grant_type=refresh_token&refresh_token=${token}&token=${token}&`,
  ],
}

const chunk = (letters: string): string => `${letters.length.toString(16)}\r\n${letters}\r\n`

rule('a body that breaks off leaves no connection, and changes nothing', async (t, world) => {
  const app = await world.start()
  const cookie = `Cookie: ${await cookieOf(app, 'ada')}`
  const { refreshToken } = await app.tokens.issue({ subject: 'grace', transport: 'body' })
  const before = await stateOf(app, 'ada', 'grace')
  world.clock.advance(1)
  const closed: Promise<unknown>[] = []
  app.server.on('connection', socket => closed.push(new Promise(resolve => socket.on('close', resolve))))
  for (const url of ['/auth/refresh', '/auth/logout', '/auth/revoke', '/me']) {
    for (const [what, [lines, body]] of Object.entries(halves)) {
      for (const [end, go] of Object.entries(going)) {
        const credential = what.includes('whole') && url !== '/auth/logout' ? [] : [cookie]
        const bytes = text(
          [`POST ${url} HTTP/1.1`, host, ...credential, sameOrigin, ...lines],
          body(refreshToken),
        )
        const answers = await exchange(app.port, bytes, go)
        const allowed = url === '/me' ? [200, 400, 401, 415] : [400]
        t.ok(
          answers.every(({ status }) => allowed.includes(status)),
          `${url}: ${what}, and then ${end}`,
        )
      }
    }
  }
  const [last] = await exchange(app.port, text(['GET /public HTTP/1.1', host, close]))
  t.equal(last?.status, 200)
  await Promise.all(closed)
  t.equal(closed.length, 4 * Object.keys(halves).length * Object.keys(going).length + 1)
  t.same(await stateOf(app, 'ada', 'grace'), before)
  t.same(new Set(world.events.map(({ type }) => type)), new Set(['issued', 'refused']))
  const [answer] = await exchange(
    app.port,
    text(['POST /auth/refresh HTTP/1.1', host, cookie, sameOrigin, close]),
  )
  t.equal(answer?.status, 200)
})

rule(
  'R27: a refresh whose answer nobody waited for harms nobody: the same cookie gets another',
  async (t, world) => {
    const refreshes: string[] = []
    let refreshed = () => {}
    const app = await world.start({
      onEvent({ type }) {
        refreshes.push(type)
        refreshed()
      },
    })
    const cookie = `Cookie: ${await cookieOf(app, 'ada')}`
    const refresh = text(['POST /auth/refresh HTTP/1.1', host, cookie, sameOrigin, close])
    for (let turn = 0; turn < 3; turn++) {
      await exchange(app.port, refresh, socket => {
        refreshed = () => void socket.destroy()
      })
    }
    refreshed = () => {}
    const [answer] = await exchange(app.port, refresh)
    t.equal(answer?.status, 200)
    t.same(refreshes, ['issued', 'refreshed', 'reissued', 'reissued', 'reissued'])
  },
)
