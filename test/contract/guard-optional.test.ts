import { startWithTokens } from './access-tokens.js'
import { names, send } from './http.js'
import { beforeTheStore, rule } from './rule.js'

const cookie = (value: string): string => `${names.access}=${value}`
type Tokens = Awaited<ReturnType<typeof startWithTokens>>['tokens']
type Row = [headers: Record<string, string>, seen: 'ada' | null | 400 | 401]

/** Who is seen where a user is optional, or the status of the refusal. */
const rows = ({ good, expired, revoked }: Tokens): Record<string, Row> => ({
  nothing: [{}, null],
  'a cookie': [{ cookie: cookie(good) }, 'ada'],
  'an expired cookie': [{ cookie: cookie(expired) }, null],
  'a revoked cookie': [{ cookie: cookie(revoked) }, null],
  'a cookie that is none of ours': [{ cookie: cookie('garbage') }, null],
  'two cookies, one of them garbage': [{ cookie: `${cookie('garbage')}; ${cookie(good)}` }, 'ada'],
  'two cookies of two sessions': [{ cookie: `${cookie(good)}; ${cookie(expired)}` }, null],
  'a Bearer': [{ authorization: `Bearer ${good}` }, 'ada'],
  'an expired Bearer': [{ authorization: `Bearer ${expired}` }, null],
  'a revoked Bearer': [{ authorization: `Bearer ${revoked}` }, null],
  'an expired Bearer beside a good cookie': [
    { authorization: `Bearer ${expired}`, cookie: cookie(good) },
    null,
  ],
  'a Bearer that never was one': [{ authorization: 'Bearer garbage' }, 401],
  'a Bearer that never was one beside a good cookie': [
    { authorization: 'Bearer garbage', cookie: cookie(good) },
    401,
  ],
  'a malformed Bearer': [{ authorization: 'Bearer' }, 400],
  'a malformed Bearer beside a good cookie': [{ authorization: 'Bearer a b', cookie: cookie(good) }, 400],
  'another scheme': [{ authorization: 'Basic YWRhOnB3' }, null],
  'another scheme beside a good cookie': [{ authorization: 'Basic YWRhOnB3', cookie: cookie(good) }, 'ada'],
})

rule(
  'optional: no or dead credentials are nobody, and a Bearer that is none is refused',
  async (t, world) => {
    const { app, tokens } = await startWithTokens(world)
    for (const [what, [headers, seen]] of Object.entries(rows(tokens))) {
      for (const method of ['GET', 'POST'] as const) {
        const answer = await send(app.port, {
          method,
          url: '/maybe',
          headers: { 'sec-fetch-site': 'same-origin', ...headers },
        })
        if (typeof seen === 'number') {
          t.equal(answer.status, seen, `${method} with ${what}`)
          t.match(answer.headers['www-authenticate'], seen === 401 ? /invalid_token/ : /invalid_request/)
        } else {
          t.equal(answer.status, 200, `${method} with ${what}`)
          t.strictSame(answer.json(), { user: seen })
          t.equal(answer.headers['www-authenticate'], undefined)
        }
      }
    }
  },
)

rule(
  'R18: where a user is optional, a cookie from another site does not write',
  async (t, world) => {
    const { app, tokens } = await startWithTokens(world)
    const headers = { cookie: cookie(tokens.good), 'sec-fetch-site': 'cross-site' }
    const answer = await send(app.port, { method: 'POST', url: '/maybe', headers })
    t.match([answer.status, answer.json()], [403, { code: 'ERR_FORBIDDEN_ORIGIN' }])
    t.same((await send(app.port, { url: '/maybe', headers })).json(), { user: 'ada' })
  },
  beforeTheStore,
)

rule('R32: every refusal is one event, also where a user is optional', async (t, world) => {
  const { app, tokens } = await startWithTokens(world)
  for (const [what, [headers, seen]] of Object.entries(rows(tokens))) {
    world.events.length = 0
    await send(app.port, { url: '/maybe', headers })
    const isRefused = /expired|revoked|none of ours|never was|malformed|two sessions/.test(what)
    const credential = what.includes('two sessions') ? 'cookie' : 'access_token'
    t.match(world.events, isRefused ? [{ type: 'refused', credential }] : [], `${what}: ${seen}`)
    t.equal(world.events.length, isRefused ? 1 : 0)
  }
})
