import { PassThrough } from 'node:stream'
import type { Grant } from '@tokenratchet/core'
import t from 'tap'
import { Browser, setCookies, testApp } from './app.js'

t.test('issueTokens and revokeTokens leave the reply to the handler', async t => {
  const { app } = await testApp(t)
  app.post('/switch', async (_request, reply) => {
    await reply.revokeTokens()
    t.equal(reply.sent, false)
    const body = await reply.issueTokens({ subject: 'ada' })
    t.equal(reply.sent, false)
    t.equal(reply.statusCode, 200)
    return reply.code(201).send(body)
  })
  const answer = await new Browser(app).post('/switch')
  t.match([answer.statusCode, answer.json()], [201, { expires_in: 600 }])
})

t.test('misuse that a handler does not catch is a 500 of Fastify, without cookies', async t => {
  const { app } = await testApp(t)
  app.post<{ Body: Grant }>('/grant', async (request, reply) => reply.issueTokens(request.body))
  const browser = new Browser(app)
  await browser.login('ada')
  for (const grant of [{ subject: '' }, { subject: 'ada', claims: { text: 'x'.repeat(4096) } }]) {
    const answer = await browser.post('/grant', grant)
    t.match([answer.statusCode, answer.json()], [500, { error: 'Internal Server Error' }])
    t.same(setCookies(answer), [])
    t.equal(answer.headers['cache-control'], undefined)
  }
  t.equal((await browser.get('/me')).statusCode, 200)
})

t.test('after the response was sent issueTokens rejects, and begins no session', async t => {
  const { app } = await testApp(t)
  const late: unknown[] = []
  app.post('/late', async (_request, reply) => {
    reply.send({ sent: true })
    late.push(await reply.issueTokens({ subject: 'ada' }).catch((error: Error) => error.message))
    return reply
  })
  t.equal((await new Browser(app).post('/late')).statusCode, 200)
  t.match(late, [/^issueTokens was too late: .* Await issueTokens before you send the response$/])
  t.same(await app.tokens.sessions('ada'), [])
})

t.test('a stream that was sent and has not left yet still gets the cookies', async t => {
  const { app } = await testApp(t)
  app.post('/stream', async (_request, reply) => {
    const body = new PassThrough()
    const sent = reply.send(body)
    await reply.issueTokens({ subject: 'ada' })
    body.end('done')
    return sent
  })
  const browser = new Browser(app)
  const answer = await browser.post('/stream')
  t.same([answer.statusCode, answer.body, answer.cookies.length], [200, 'done', 2])
  t.equal((await app.tokens.sessions('ada')).length, 1)
})
