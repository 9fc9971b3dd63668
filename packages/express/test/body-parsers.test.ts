import { gzipSync } from 'node:zlib'
import tokenratchet from '@tokenratchet/express'
import type { RequestHandler } from 'express'
import { Browser, type Sent, send } from '../../../test/contract/http.js'
import { arranged, type Framework, forwarding, listen, rule, secret } from './app.js'

/** What applications read bodies with. */
const parsers: Record<string, (framework: Framework) => RequestHandler[]> = {
  nothing: () => [],
  'express.json': ({ json }) => [json()],
  'express.urlencoded': ({ urlencoded }) => [urlencoded({ extended: false })],
  'express.urlencoded, extended': ({ urlencoded }) => [urlencoded({ extended: true })],
  'express.json and express.urlencoded': ({ json, urlencoded }) => [json(), urlencoded({ extended: true })],
  'express.text of all types': ({ text }) => [text({ type: () => true })],
  'express.raw of all types': ({ raw }) => [raw({ type: () => true })],
  'express.text of its own type': ({ text }) => [text()],
}

const encodings: Record<string, (members: Record<string, string>) => NonNullable<Sent['payload']>> = {
  form: members => new URLSearchParams(members),
  JSON: members => members,
}

for (const order of ['before', 'after'] as const) {
  for (const [what, create] of Object.entries(parsers)) {
    rule(
      `token routes take forms and JSON with ${what} ${order} app.use(auth.middleware)`,
      async (t, framework) => {
        const app = framework()
        const auth = tokenratchet({ secret })
        app.use(...arranged(order, create(framework), auth))
        const { port } = await listen(t, app)
        for (const [encoding, encode] of Object.entries(encodings)) {
          const { refreshToken, sid } = await auth.tokens.issue({ subject: 'ada', transport: 'body' })
          const payload = encode({ grant_type: 'refresh_token', refresh_token: refreshToken })
          const refreshed = await send(port, { method: 'POST', url: '/auth/refresh', payload })
          t.match(
            [refreshed.status, refreshed.json()],
            [200, { token_type: 'Bearer' }],
            `refresh by ${encoding}`,
          )
          const token = encode({ token: refreshed.json().refresh_token })
          const revoked = await send(port, { method: 'POST', url: '/auth/revoke', payload: token })
          t.equal(revoked.status, 200, `revoke by ${encoding}`)
          const left = await auth.tokens.sessions('ada')
          t.notOk(left.some(session => session.sid === sid))
        }
        const malformed = await send(port, {
          method: 'POST',
          url: '/auth/refresh',
          payload: '{"grant_type":',
          headers: { 'content-type': 'application/json', 'content-length': '14' },
        })
        t.equal(malformed.status, 400)
      },
    )
  }
}

rule('a parser after app.use(auth.middleware) reads the bodies of the other routes', async (t, framework) => {
  const app = framework()
  app.use(tokenratchet({ secret }).middleware, framework.json())
  app.post(
    '/login',
    forwarding(async ({ body }, response) =>
      response.json(await response.issueTokens({ subject: body.subject })),
    ),
  )
  const browser = new Browser(await listen(t, app))
  t.equal((await browser.login('ada')).status, 200)
  t.equal((await browser.post('/auth/refresh', {})).status, 200)
  t.equal((await browser.post('/auth/refresh')).status, 200)
  t.equal((await browser.post('/auth/logout', { everything: 'x'.repeat(5000) })).status, 204)
})

rule('a body that other middleware has drained is one without parameters', async (t, framework) => {
  const app = framework()
  const auth = tokenratchet({ secret })
  app.use((request, _response, next) => {
    request.resume().once('end', () => next())
  })
  app.use(auth.middleware)
  const { port } = await listen(t, app)
  const { refreshToken } = await auth.tokens.issue({ subject: 'ada', transport: 'body' })
  const payload = { grant_type: 'refresh_token', refresh_token: refreshToken }
  const headers = { 'sec-fetch-site': 'same-origin' }
  const answer = await send(port, { method: 'POST', url: '/auth/refresh', payload, headers })
  t.match([answer.status, answer.json()], [400, { error: 'invalid_request' }])
})

for (const order of ['before', 'after'] as const) {
  for (const [what, create] of Object.entries(parsers).filter(([what]) => what !== 'nothing')) {
    const isOfForms = !/express\.json$/.test(what)
    const reads = order === 'before' && what !== 'express.text of its own type'
    rule(
      `a body in gzip with ${what} ${order} auth.middleware: ${reads ? 'taken' : '415'}`,
      async (t, framework) => {
        const app = framework()
        const auth = tokenratchet({ secret })
        app.use(...arranged(order, create(framework), auth))
        const { port } = await listen(t, app)
        const { refreshToken } = await auth.tokens.issue({ subject: 'ada', transport: 'body' })
        const members = { grant_type: 'refresh_token', refresh_token: refreshToken }
        const [type, body] = isOfForms
          ? ['application/x-www-form-urlencoded', `${new URLSearchParams(members)}`]
          : ['application/json', JSON.stringify(members)]
        const answer = await fetch(`http://127.0.0.1:${port}/auth/refresh`, {
          method: 'POST',
          headers: { 'content-type': type, 'content-encoding': 'gzip' },
          body: gzipSync(body),
        })
        t.equal(answer.status, reads ? 200 : 415)
        t.equal(answer.headers.get('accept-encoding'), reads ? null : 'identity')
      },
    )
  }
}
