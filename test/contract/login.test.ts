import { type Grant, TokenError } from '@tokenratchet/core'
import type { AppRoute } from './app.js'
import { Browser, essence, names } from './http.js'
import { rule, stateOf } from './rule.js'

rule('issueTokens resolves to what belongs into the body, and sends nothing', async (t, world) => {
  const signup: AppRoute = {
    method: 'POST',
    path: '/signup',
    async handle({ issueTokens }) {
      const body = await issueTokens({ subject: 'ada', claims: { role: 'admin' } })
      t.strictSame(body, { expires_in: 600 })
      return { status: 201, headers: { 'x-plan': 'free' }, body: { user: 'ada', ...body } }
    },
  }
  const app = await world.start({}, { routes: [signup] })
  const browser = new Browser(app)
  const answer = await browser.post('/signup')
  t.equal(answer.cookies.length, 2)
  t.strictSame(essence(answer), {
    status: 201,
    headers: {
      'x-plan': 'free',
      'cache-control': 'no-store',
      'set-cookie': answer.cookies,
      'content-type': 'application/json; charset=utf-8',
      'content-length': '31',
    },
    text: '{"user":"ada","expires_in":600}',
  })
  t.match(world.events, [{ type: 'issued', subject: 'ada', transport: 'cookie' }])
  t.match(app.tokens.verify(browser.cookies.get(names.access) ?? ''), { sub: 'ada', role: 'admin' })
  t.same((await browser.get('/me')).json(), { user: 'ada' })
})

rule('neither token is in the body of a login or a refresh', async (t, world) => {
  const browser = new Browser(await world.start())
  for (const answer of [await browser.login('ada'), await browser.post('/auth/refresh')]) {
    t.equal(answer.text, '{"expires_in":600}')
    t.equal(browser.cookies.size, 2)
    for (const token of browser.cookies.values()) {
      t.notOk(answer.text.includes(token))
    }
  }
})

rule('a login ends no session whose refresh token it does not bring', async (t, world) => {
  const app = await world.start()
  const phone = new Browser(app)
  await phone.login('ada')
  const presented: Record<string, [string, string][]> = {
    nothing: [],
    garbage: [[names.refresh, 'garbage']],
    'a forgery': [[names.refresh, `${phone.cookies.get(names.refresh)?.slice(0, -2)}AA`]],
    'an access token for it': [[names.refresh, phone.cookies.get(names.access) ?? '']],
    'the access cookie only': [[names.access, phone.cookies.get(names.access) ?? '']],
  }
  for (const [what, cookies] of Object.entries(presented)) {
    t.equal((await new Browser(app, cookies).login('ada')).status, 200, what)
    t.equal((await phone.get('/me')).status, 200, what)
  }
  t.equal((await stateOf(app, 'ada')).length, 1 + Object.keys(presented).length)
})

rule(
  'R18: a login from another site is refused as an error of the handler, and changes nothing',
  async (t, world) => {
    const app = await world.start()
    const browser = new Browser(app)
    await browser.login('ada')
    const before = await stateOf(app, 'ada', 'mallory')
    world.clock.advance(1)
    const answer = await browser.send({
      method: 'POST',
      url: '/login',
      payload: { subject: 'mallory' },
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    const text = JSON.stringify({
      statusCode: 403,
      code: 'ERR_FORBIDDEN_ORIGIN',
      error: 'Forbidden',
      message:
        'This request may come from a page of another origin. List that origin in the option trustedOrigins; a program that is not a browser sends X-Requested-With',
    })
    t.strictSame(essence(answer), {
      status: 403,
      headers: { 'content-type': 'application/json; charset=utf-8', 'content-length': `${text.length}` },
      text,
    })
    t.same(await stateOf(app, 'ada', 'mallory'), before)
    t.same((await browser.get('/me')).json(), { user: 'ada' })
  },
)

const text = 'subject must be a string of 1 to 255 bytes'

/** Grants of a programmer's mistake, and what the error says of each. */
const wrongGrants: [grant: unknown, message: string][] = [
  [{ subject: '' }, `${text} (got an empty string)`],
  [{ subject: 'x'.repeat(256) }, `${text} (got 256 bytes: use a shorter id, or its hash)`],
  [{ subject: 5 }, `${text} (got a number: use String(id))`],
  [{}, `${text} (got undefined: pass the id of the user)`],
  [null, 'a grant must be an object (got null)'],
  [
    { subject: 'ada', ttl: 5 },
    'unknown option: ttl (expected subject, claims, scope, userAgent, ip, transport, replaces)',
  ],
  [
    { subject: 'ada', claims: { sub: 'b' } },
    'claims must not contain "sub": it is set by tokenratchet. Use another name',
  ],
  [
    { subject: 'ada', claims: { profile: { since: new Date() } } },
    'claims.profile.since is a Date: use toISOString()',
  ],
  [{ subject: 'ada', transport: null }, "transport must be 'cookie' or 'body' (got null)"],
  [{ subject: 'ada', replaces: 5 }, 'replaces must be a string (got a number)'],
]

rule(
  'R23: a wrong grant is a TypeError in the handler that names its flaw, and ends no session',
  async (t, world) => {
    const errors: unknown[] = []
    const wrong: AppRoute = {
      method: 'POST',
      path: '/wrong',
      async handle({ body, issueTokens }) {
        const [grant] = wrongGrants[(body as { index: number }).index] ?? []
        await issueTokens(grant as Grant).catch(error => errors.push(error))
        return {}
      },
    }
    const browser = new Browser(await world.start({}, { routes: [wrong] }))
    await browser.login('ada')
    for (const [index, [, message]] of wrongGrants.entries()) {
      const answer = await browser.post('/wrong', { index })
      t.strictSame([answer.status, answer.cookies, answer.text], [200, [], '{}'])
      t.match(errors.at(-1), { name: 'TypeError', message })
      t.notOk(errors.at(-1) instanceof TokenError)
    }
    t.equal(errors.length, wrongGrants.length)
    t.equal((await browser.get('/me')).status, 200)
  },
)
