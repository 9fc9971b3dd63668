import { accessToken, startWithTokens } from './access-tokens.js'
import { names, type Sent, send } from './http.js'
import { beforeTheStore, rule } from './rule.js'

rule(
  'R15: a token in a query string, a form or a body of JSON is no credential',
  async (t, world) => {
    const { app, tokens } = await startWithTokens(world)
    const { good } = tokens
    for (const name of ['access_token', 'token', names.access]) {
      const requests: Sent[] = [
        { url: `/me?${name}=${good}` },
        { method: 'POST', url: '/me', payload: new URLSearchParams({ [name]: good }) },
        { method: 'POST', url: '/me', payload: { [name]: good } },
        { url: '/me', headers: { [name]: good, 'x-access-token': good } },
        { url: '/me', headers: { 'proxy-authorization': `Bearer ${good}` } },
      ]
      for (const request of requests) {
        const answer = await send(app.port, request)
        t.equal(answer.status, 401, `${name} in ${JSON.stringify(request).slice(0, 40)}`)
        t.equal(answer.headers['www-authenticate'], 'Bearer')
      }
    }
  },
  beforeTheStore,
)

rule(
  'R15: a Bearer is the only credential considered, even a bad one beside a good cookie',
  async (t, world) => {
    const { app, tokens } = await startWithTokens(world)
    const other = await accessToken(app, 'grace')
    const cookie = `${names.access}=${tokens.good}`
    const rows: [authorization: string, cookie: string, status: number, user?: string][] = [
      [`Bearer ${other}`, cookie, 200, 'grace'],
      [`Bearer ${other}`, `${names.access}=garbage`, 200, 'grace'],
      [`Bearer ${tokens.expired}`, cookie, 401],
      [`Bearer ${tokens.revoked}`, cookie, 401],
      ['Bearer garbage', cookie, 401],
      ['Bearer', cookie, 400],
      ['Bearer a b', cookie, 400],
      ['Basic YWRhOnB3', cookie, 200, 'ada'],
      ['Basic YWRhOnB3', `${names.access}=garbage`, 401],
      ['', cookie, 200, 'ada'],
    ]
    for (const [authorization, cookie, status, user] of rows) {
      const answer = await send(app.port, { url: '/me', headers: { authorization, cookie } })
      t.equal(answer.status, status, `${authorization.slice(0, 20)} beside ${cookie.slice(0, 40)}`)
      t.match(answer.json(), user === undefined ? { statusCode: status } : { user })
    }
  },
)

rule(
  'without a guard nobody is seen, whatever comes',
  async (t, world) => {
    const { app, tokens } = await startWithTokens(world)
    for (const headers of [
      {},
      { cookie: `${names.access}=${tokens.good}` },
      { authorization: `Bearer ${tokens.good}` },
      { authorization: 'Bearer' },
    ]) {
      const answer = await send(app.port, { url: '/public', headers })
      t.strictSame([answer.status, answer.json()], [200, { user: null }])
    }
  },
  beforeTheStore,
)

rule('each request has claims of its own', async (t, world) => {
  const app = await world.start(
    {},
    {
      routes: [
        {
          method: 'GET',
          path: '/raise',
          auth: true,
          handle({ user }) {
            const claims = user as { role?: string }
            const before = claims.role
            claims.role = 'admin'
            return { body: { before } }
          },
        },
      ],
    },
  )
  const authorization = `Bearer ${await accessToken(app, 'ada')}`
  for (const _turn of [1, 2]) {
    t.strictSame((await send(app.port, { url: '/raise', headers: { authorization } })).json(), {})
  }
})
