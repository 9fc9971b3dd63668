import type { CookieOptions } from '@tokenratchet/core/http'
import t from 'tap'
import { Browser, setCookies, testApp } from './app.js'

/** Name, value and attributes of a Set-Cookie line, the attributes in the order of the alphabet. */
function parse(line: string): { name: string | undefined; value: string | undefined; attributes: string[] } {
  const [pair = '', ...attributes] = line.split('; ')
  const [, name, value] = /^([^=]*)=(.*)$/.exec(pair) ?? []
  return { name, value, attributes: attributes.sort() }
}

const variants: Record<string, [options: CookieOptions, prefix: string, attributes: string[]]> = {
  'by default': [{}, '__Host-', ['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure']],
  'sameSite lax': [{ sameSite: 'lax' }, '__Host-', ['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure']],
  'sameSite strict': [{ sameSite: 'strict' }, '__Host-', ['HttpOnly', 'Path=/', 'SameSite=Strict', 'Secure']],
  'sameSite none': [{ sameSite: 'none' }, '__Host-', ['HttpOnly', 'Path=/', 'SameSite=None', 'Secure']],
  'secure false': [{ secure: false }, '', ['HttpOnly', 'Path=/', 'SameSite=Lax']],
  'secure false, sameSite strict': [
    { secure: false, sameSite: 'strict' },
    '',
    ['HttpOnly', 'Path=/', 'SameSite=Strict'],
  ],
}
const fortnight = 'Max-Age=1209600'

for (const [variant, [cookie, prefix, attributes]] of Object.entries(variants)) {
  t.test(`R17: the cookies, to the letter: ${variant}`, async t => {
    const { app } = await testApp(t, { cookie })
    const browser = new Browser(app)
    const [both] = [[`${prefix}access_token`, `${prefix}refresh_token`]]
    for (const answer of [await browser.login('ada'), await browser.post('/auth/refresh')]) {
      t.equal(answer.statusCode, 200)
      const set = setCookies(answer).map(parse)
      t.same(
        set.map(({ name }) => name),
        both,
      )
      t.same(
        set.map(({ attributes }) => attributes),
        Array(2).fill([...attributes, fortnight].sort()),
      )
      t.match(
        set.map(({ value }) => value),
        [/^[\w-]+\.[\w-]+\.[\w-]+$/, /^[\w-]{100}$/],
      )
    }
    for (const url of ['/auth/logout', '/leave']) {
      const cleared = setCookies(await browser.post(url)).map(parse)
      const expected = { value: '', attributes: [...attributes, 'Max-Age=0'].sort() }
      t.same(
        cleared,
        both?.map(name => ({ name, ...expected })),
        `${url} repeats the attributes`,
      )
    }
  })
}

t.test(
  'the cookies live until the idle deadline of their session, which is never past the absolute one',
  async t => {
    const { app, clock } = await testApp(t, { idleTimeout: '14d', sessionLifetime: '20d' })
    const browser = new Browser(app)
    const maxAge = (line: string): string | undefined => /Max-Age=(\d+)/.exec(line)?.[1]
    t.same(setCookies(await browser.login('ada')).map(maxAge), ['1209600', '1209600'])
    clock.advance('10d')
    t.same(setCookies(await browser.post('/auth/refresh')).map(maxAge), ['864000', '864000'])
    clock.advance(863_000)
    const last = await browser.post('/auth/refresh')
    t.same(setCookies(last).map(maxAge), ['1000', '1000'])
    t.same(last.json(), { expires_in: 600 })
    clock.advance(500)
    t.same(
      (await browser.post('/auth/refresh')).json(),
      { expires_in: 500 },
      'nor does the access token outlive it',
    )
  },
)

t.test('R17: a cookie of name and value over 4,096 octets is a throw at issue, and sets nothing', async t => {
  const { app } = await testApp(t)
  app.post<{ Body: { size: number } }>('/large', async (request, reply) =>
    reply.issueTokens({ subject: 'ada', claims: { text: 'x'.repeat(request.body.size) } }),
  )
  const browser = new Browser(app)
  let largest = 0
  for (let size = 2500; size <= 3100; size += 20) {
    const answer = await browser.post('/large', { size })
    const octets = setCookies(answer).map(line => (line.split(';')[0] ?? '').length - '='.length)
    if (answer.statusCode === 200) {
      t.ok(
        octets.every(count => count <= 4096),
        `${octets}`,
      )
      largest = Math.max(largest, ...octets)
    } else {
      t.match([answer.statusCode, setCookies(answer)], [500, []])
    }
  }
  t.ok(largest > 4000, 'what fits is taken')
  t.equal((await browser.post('/large', { size: 3100 })).statusCode, 500, 'what does not, is not')
})

t.test('R2: every answer that sets cookies is not to be stored, nor is one that clears them', async t => {
  const { app } = await testApp(t)
  const browser = new Browser(app)
  const answers = [
    await browser.login('ada'),
    await browser.post('/auth/refresh'),
    await browser.post('/auth/logout'),
    await browser.login('ada'),
    await browser.post('/leave'),
  ]
  for (const answer of answers) {
    t.equal(setCookies(answer).length, 2)
    t.equal(answer.headers['cache-control'], 'no-store')
  }
})
