import { Browser, essence, names, type Sent, send } from './http.js'
import { rule, stateOf } from './rule.js'

const form = (members: Record<string, string>): URLSearchParams => new URLSearchParams(members)

const refreshBy = (refreshToken: string, more: Record<string, string> = {}): Sent => ({
  method: 'POST',
  url: '/auth/refresh',
  payload: form({ grant_type: 'refresh_token', refresh_token: refreshToken, ...more }),
})

rule(
  'R3: a login for the body transport answers the JSON of RFC 6749 section 5.1, and no cookie',
  async (t, world) => {
    const app = await world.start()
    const answer = await send(app.port, {
      method: 'POST',
      url: '/login',
      payload: { subject: 'ada', transport: 'body' },
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    const body = answer.json()
    t.equal(answer.status, 200)
    t.same(Object.keys(body), ['access_token', 'token_type', 'expires_in', 'refresh_token'])
    t.match(body, { token_type: 'Bearer', expires_in: 600 })
    t.equal(answer.headers['cache-control'], 'no-store')
    t.same(answer.cookies, [])
    const me = await send(app.port, { url: '/me', headers: { authorization: `Bearer ${body.access_token}` } })
    t.same(me.json(), { user: 'ada' })
  },
)

rule(
  'R3, R5: a refresh token in a form or in JSON is traded for its successor in the body',
  async (t, world) => {
    const app = await world.start()
    let { refreshToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
    for (const payload of [
      form({ grant_type: 'refresh_token', refresh_token: refreshToken }),
      { grant_type: 'refresh_token' },
    ]) {
      world.clock.advance(1)
      const answer = await send(app.port, {
        method: 'POST',
        url: '/auth/refresh',
        payload: payload instanceof URLSearchParams ? payload : { ...payload, refresh_token: refreshToken },
      })
      const body = answer.json()
      t.strictSame(essence(answer), {
        status: 200,
        headers: {
          'cache-control': 'no-store',
          'content-type': 'application/json; charset=utf-8',
          'content-length': `${answer.text.length}`,
        },
        text: JSON.stringify({
          access_token: body.access_token,
          token_type: 'Bearer',
          expires_in: 600,
          refresh_token: body.refresh_token,
        }),
      })
      t.not(body.refresh_token, refreshToken)
      t.match(app.tokens.verify(body.access_token), { sub: 'ada' })
      refreshToken = body.refresh_token
    }
  },
)
