import { createTokens, memoryStore } from '@tokenratchet/core'
import t from 'tap'
import { Browser, names, secret, type TestApp, testApp } from './app.js'

type Presented = (test: TestApp, browser: Browser) => Promise<string | undefined>

async function another(of: Parameters<typeof createTokens>[0], clock: TestApp['clock']): Promise<string> {
  return (await createTokens({ now: clock.now, ...of }).issue({ subject: 'ada' })).refreshToken
}

/** Refresh tokens that are refused, each made from a session that was good. */
const refused: Record<string, Presented> = {
  'no token at all, but some text': async () => 'garbage',
  'a token of the right length and letters': async () => 'A'.repeat(100),
  'a forged MAC': async (_test, browser) => {
    const token = browser.cookies.get(names.refresh) ?? ''
    return token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A')
  },
  'a forged generation': async (_test, browser) => {
    const bytes = Buffer.from(browser.cookies.get(names.refresh) ?? '', 'base64url')
    bytes[42] = (bytes[42] ?? 0) + 1
    return bytes.toString('base64url')
  },
  'an access token': async (_test, browser) => browser.cookies.get(names.access),
  'a token of another secret': async ({ clock }) =>
    another({ secret: secret.split('').reverse().join('') }, clock),
  'a token of another issuer': async ({ clock }) => another({ secret, issuer: 'https://other.test' }, clock),
  'a session that this store does not know': async ({ clock }) =>
    another({ secret, store: memoryStore({ now: clock.now }) }, clock),
  'a token for bodies': async ({ app }) =>
    (await app.tokens.issue({ subject: 'ada', transport: 'body' })).refreshToken,
  'an idle session': async ({ clock }, browser) => {
    clock.advance('14d')
    return browser.cookies.get(names.refresh)
  },
  'a session past its absolute deadline': async ({ clock }, browser) => {
    for (const days of ['13d', '13d', '4d']) {
      clock.advance(days)
      await browser.post('/auth/refresh')
    }
    return browser.cookies.get(names.refresh)
  },
  'a session that was revoked': async ({ app }, browser) => {
    await app.tokens.revokeAll('ada')
    return browser.cookies.get(names.refresh)
  },
  'a session that logged out': async (_test, browser) => {
    const token = browser.cookies.get(names.refresh)
    await browser.post('/auth/logout')
    return token
  },
  'a token that was reused': async (_test, browser) => {
    const token = browser.cookies.get(names.refresh)
    await browser.post('/auth/refresh')
    await browser.post('/auth/refresh')
    return token
  },
  'the session of one that was reused': async (_test, browser) => {
    const thief = new Browser(browser.app, browser.cookies)
    await browser.post('/auth/refresh')
    await browser.post('/auth/refresh')
    await thief.post('/auth/refresh')
    return browser.cookies.get(names.refresh)
  },
}

t.test('R13: refused refresh tokens are all answered the same, and no cookie is set or cleared', async t => {
  for (const [what, present] of Object.entries(refused)) {
    const test = await testApp(t)
    const browser = new Browser(test.app)
    await browser.login('ada')
    const token = await present(test, browser)
    const answer = await new Browser(test.app, [[names.refresh, token ?? '']]).post('/auth/refresh')
    t.equal(answer.statusCode, 400, what)
    t.equal(answer.body, '{"error":"invalid_grant","error_description":"The refresh token is invalid"}')
    const { date: _date, ...headers } = answer.headers
    t.strictSame(headers, {
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
      'content-length': '76',
      connection: 'keep-alive',
    })
  }
})

t.test('R7: what is refused without being reused ends nobody’s session', async t => {
  for (const what of [
    'a forged MAC',
    'a forged generation',
    'an access token',
    'a token of another secret',
  ]) {
    const test = await testApp(t)
    const browser = new Browser(test.app)
    await browser.login('ada')
    const token = (await refused[what]?.(test, browser)) ?? ''
    await new Browser(test.app, [[names.refresh, token]]).post('/auth/refresh')
    t.equal((await browser.post('/auth/refresh')).statusCode, 200, what)
  }
})
