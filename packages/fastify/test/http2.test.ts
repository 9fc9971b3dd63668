import { randomBytes } from 'node:crypto'
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { fakeClock } from '@tokenratchet/core/testing'
import tokenratchet from '@tokenratchet/fastify'
import Fastify from 'fastify'
import t from 'tap'
import { names, who } from './app.js'

/** An application over HTTP/2 without TLS, and a connection to it. */
async function started() {
  const clock = fakeClock()
  const app = Fastify({ http2: true })
  t.teardown(() => app.close())
  await app.register(tokenratchet, { secret: randomBytes(32).toString('base64url'), now: clock.now })
  app.post('/login', (_request, reply) => reply.issueTokens({ subject: 'ada' }))
  app.post('/token', (_request, reply) => reply.issueTokens({ subject: 'ada', transport: 'body' }))
  app.get('/config', { config: { auth: true } }, who)
  app.get('/hook', { onRequest: app.authenticate }, who)
  app.get('/awaited', async (request, reply) => {
    await app.authenticate(request, reply)
    return who(request)
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  t.teardown(() => session.destroy())
  return { clock, session }
}

interface Sent {
  readonly headers?: Record<string, string>
  readonly form?: Record<string, string>
}

async function send(session: ClientHttp2Session, start: string, { headers = {}, form }: Sent = {}) {
  const [method = '', path = ''] = start.split(' ')
  const type = form && { 'content-type': 'application/x-www-form-urlencoded' }
  const stream = session.request({ ':method': method, ':path': path, ...type, ...headers })
  const answered = new Promise<IncomingHttpHeaders>((resolve, reject) => {
    stream.on('response', resolve)
    stream.on('error', reject)
  })
  stream.end(form && new URLSearchParams(form).toString())
  const { ':status': status, 'set-cookie': lines = [], ...rest } = await answered
  const chunks = await stream.toArray()
  const text = Buffer.concat(chunks).toString()
  const cookie = lines.map(line => line.split(';', 1)[0]).join('; ')
  return { status, headers: rest, cookie, body: text === '' ? undefined : JSON.parse(text) }
}

const guarded = ['GET /config', 'GET /hook', 'GET /awaited']
const page = { 'sec-fetch-site': 'same-origin' }

t.test('R41: cookies over HTTP/2: login, guards, refresh, log-out', async t => {
  const { clock, session } = await started()
  const { cookie, ...login } = await send(session, 'POST /login', { headers: page })
  t.match(login, { status: 200, body: { expires_in: 600 } })
  t.match(cookie, names.access)
  for (const start of guarded) {
    t.match(
      await send(session, start, { headers: { cookie } }),
      { status: 200, body: { user: 'ada' } },
      start,
    )
    const nobody = await send(session, start)
    t.match(nobody, { status: 401, headers: { 'www-authenticate': 'Bearer' } }, start)
  }
  clock.advance('11m')
  t.match(await send(session, 'GET /config', { headers: { cookie } }), { status: 401 })
  const foreign = { cookie, origin: 'https://evil.test' }
  t.match(await send(session, 'POST /auth/refresh', { headers: foreign }), { status: 403, cookie: '' })
  const refreshed = await send(session, 'POST /auth/refresh', { headers: { ...page, cookie } })
  t.match(refreshed, { status: 200, body: { expires_in: 600 } })
  const headers = { ...page, cookie: refreshed.cookie }
  t.match(await send(session, 'GET /config', { headers }), { status: 200, body: { user: 'ada' } })
  t.match(await send(session, 'POST /auth/logout', { headers }), { status: 204 })
  t.match(await send(session, 'GET /config', { headers }), { status: 401 })
})

t.test('R41: tokens in bodies over HTTP/2: login, guards, refresh', async t => {
  const { session } = await started()
  const { body } = await send(session, 'POST /token')
  const form = { grant_type: 'refresh_token', refresh_token: body.refresh_token }
  const refreshed = await send(session, 'POST /auth/refresh', { form })
  t.match(refreshed, { status: 200, body: { token_type: 'Bearer' } })
  const headers = { authorization: `Bearer ${refreshed.body.access_token}` }
  for (const start of guarded) {
    t.match(await send(session, start, { headers }), { status: 200, body: { user: 'ada' } }, start)
  }
})

t.test('R41: over HTTP/2 a request without Sec-Fetch-Site is judged by its :authority', async t => {
  const { session } = await started()
  const { cookie } = await send(session, 'POST /login', { headers: page })
  const ask = (origin: string) => send(session, 'POST /auth/refresh', { headers: { cookie, origin } })
  t.match(await ask('https://127.0.0.1'), { status: 403 })
  t.match(await ask(`http://127.0.0.1:${session.socket.remotePort}`), { status: 200 })
})
