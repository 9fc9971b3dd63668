import { createTokens, memoryStore } from '@tokenratchet/core'
import type { RunningApp } from './app.js'
import { Browser, essence, names } from './http.js'
import { rule, secret, type World } from './rule.js'

/** Makes a refresh token that is refused from the session of a browser, which was good. */
type Presented = (browser: Browser, app: RunningApp, world: World) => Promise<string | undefined>

const ownCookie = (browser: Browser): string => browser.cookies.get(names.refresh) ?? ''

async function another(of: Parameters<typeof createTokens>[0], { clock }: World): Promise<string> {
  return (await createTokens({ now: clock.now, ...of }).issue({ subject: 'ada' })).refreshToken
}

/** What is no refresh token of this application. */
const foreign: Record<string, Presented> = {
  'no token at all, but some text': async () => 'garbage',
  'a token of the right length and letters': async () => 'A'.repeat(100),
  'a forged MAC': async browser => {
    const token = ownCookie(browser)
    return token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A')
  },
  'a forged generation': async browser => {
    const bytes = Buffer.from(ownCookie(browser), 'base64url')
    bytes[42] = (bytes[42] ?? 0) + 1
    return bytes.toString('base64url')
  },
  'an access token': async browser => browser.cookies.get(names.access),
  'a token of another secret': async (_browser, _app, world) =>
    another({ secret: secret.split('').reverse().join('') }, world),
  'a token of another issuer': async (_browser, _app, world) =>
    another({ secret, issuer: 'https://other.test' }, world),
  'a session that this store does not know': async (_browser, _app, world) =>
    another({ secret, store: memoryStore({ now: world.clock.now }) }, world),
  'a token for bodies': async (_browser, { tokens }) =>
    (await tokens.issue({ subject: 'ada', transport: 'body' })).refreshToken,
}

/** What was one, until its session ended. */
const ended: Record<string, Presented> = {
  'a session that was revoked': async (browser, { tokens }) => {
    await tokens.revokeAll('ada')
    return ownCookie(browser)
  },
  'a session that logged out': async browser => {
    const token = ownCookie(browser)
    await browser.post('/auth/logout')
    return token
  },
  'a token that was reused': async browser => {
    const token = ownCookie(browser)
    await browser.post('/auth/refresh')
    await browser.post('/auth/refresh')
    return token
  },
  'the session of one that was reused': async browser => {
    const thief = browser.copy()
    await browser.post('/auth/refresh')
    await browser.post('/auth/refresh')
    await thief.post('/auth/refresh')
    return ownCookie(browser)
  },
}

/** What was one, until a deadline by the clock of the store. */
const late: Record<string, Presented> = {
  'an idle session': async (browser, _app, { clock }) => {
    clock.advance('14d')
    return ownCookie(browser)
  },
  'a session past its absolute deadline': async (browser, _app, { clock }) => {
    for (const days of ['13d', '13d', '4d']) {
      clock.advance(days)
      await browser.post('/auth/refresh')
    }
    return ownCookie(browser)
  },
}

/** The one answer to all of them. */
const refusal = {
  status: 400,
  headers: {
    'cache-control': 'no-store',
    'content-type': 'application/json; charset=utf-8',
    'content-length': '76',
  },
  text: '{"error":"invalid_grant","error_description":"The refresh token is invalid"}',
}

for (const [name, presented, only] of [
  ['R13, R7: refresh tokens of others and forgeries', foreign, undefined],
  ['R13: refresh tokens of sessions that were ended', ended, undefined],
  ['R13, R6: refresh tokens of sessions past a deadline', late, ['memory']],
] as const) {
  rule(
    `${name} are all answered the same, and no cookie is set or cleared`,
    async (t, world) => {
      const app = await world.start()
      for (const [what, present] of Object.entries(presented)) {
        const browser = new Browser(app)
        await browser.login('ada')
        const token = (await present(browser, app, world)) ?? ''
        const answer = await new Browser(app, [[names.refresh, token]]).post('/auth/refresh')
        t.strictSame(essence(answer), refusal, what)
      }
    },
    only && { only },
  )
}

rule('R7: what is refused without being reused ends nobody’s session', async (t, world) => {
  const app = await world.start()
  for (const [what, present] of Object.entries(foreign)) {
    const browser = new Browser(app)
    await browser.login('ada')
    const token = (await present(browser, app, world)) ?? ''
    await new Browser(app, [[names.refresh, token]]).post('/auth/refresh')
    t.equal((await browser.post('/auth/refresh')).status, 200, what)
  }
})
