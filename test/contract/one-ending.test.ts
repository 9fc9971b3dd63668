// The end of a session is told once, whatever is asked for it afterwards.
import type { TokenEvent } from '@tokenratchet/core'
import type { RunningApp } from './app.js'
import { Browser } from './http.js'
import { rule, stateOf, type World } from './rule.js'

interface Given {
  readonly app: RunningApp
  readonly world: World
  readonly browser: Browser
  readonly sid: string
  /** From now on the `claims` hook says so. */
  disable(): void
}

interface Ending {
  end(given: Given): Promise<unknown>
  readonly event: object
}

const endings: Record<string, Ending> = {
  'a log-out': {
    end: ({ browser }) => browser.copy().post('/auth/logout'),
    event: { type: 'revoked', reason: 'revoke' },
  },
  'a log-out by a handler': {
    end: ({ browser }) => browser.copy().post('/leave'),
    event: { type: 'revoked', reason: 'revoke' },
  },
  'a log-out everywhere': {
    end: ({ browser }) => browser.copy().post('/auth/logout-all'),
    event: { type: 'revoked', reason: 'revoke_all' },
  },
  'an end from the list of sessions': {
    end: ({ browser, sid }) => browser.copy().send({ method: 'DELETE', url: `/auth/sessions/${sid}` }),
    event: { type: 'revoked', reason: 'revoke' },
  },
  'an end from the list of another device': {
    async end({ app, sid }) {
      const phone = new Browser(app)
      await phone.login('ada')
      return phone.send({ method: 'DELETE', url: `/auth/sessions/${sid}` })
    },
    event: { type: 'revoked', reason: 'revoke' },
  },
  'a login on top': {
    end: ({ browser }) => browser.copy().login('ada'),
    event: { type: 'revoked', reason: 'replaced' },
  },
  'a login as somebody else': {
    end: ({ browser }) => browser.copy().login('grace'),
    event: { type: 'revoked', reason: 'replaced' },
  },
  'one login too many': {
    async end({ app, world }) {
      for (let login = 0; login < 2; login++) {
        // Redis goes by its own clock: of two sessions in one millisecond either is the oldest.
        await new Promise(resolve => setTimeout(resolve, world.storeName === 'redis' ? 2 : 0))
        world.clock.advance(1)
        await new Browser(app).login('ada')
      }
    },
    event: { type: 'evicted' },
  },
  'a reused token': {
    async end({ browser }) {
      const thief = browser.copy()
      const victim = browser.copy()
      await victim.post('/auth/refresh')
      await victim.post('/auth/refresh')
      return thief.post('/auth/refresh')
    },
    event: { type: 'reused' },
  },
  'an account that is disabled': {
    end({ browser, disable }) {
      disable()
      return browser.copy().post('/auth/refresh')
    },
    event: { type: 'revoked', reason: 'disabled' },
  },
}

/** What else may be asked with the cookies of a session that has ended. */
async function askForMore({ app, browser, sid }: Given): Promise<void> {
  await browser.copy().post('/auth/refresh')
  await browser.copy().post('/auth/logout')
  await browser.copy().post('/leave')
  await browser.copy().post('/auth/logout-all')
  await browser.copy().send({ method: 'DELETE', url: `/auth/sessions/${sid}` })
  await browser.copy().login('ada')
  await browser.copy().login('grace')
  await app.tokens.revoke({ subject: 'ada', sid })
  await app.tokens.revokeAll('ada')
}

for (const [what, { end, event }] of Object.entries(endings)) {
  rule(`R38: ${what} is one event, in the process that ended the session and in others`, async (t, world) => {
    let isEnabled = true
    const options = { sessionsPerSubject: 2, claims: () => (isEnabled ? undefined : (false as const)) }
    const [app, other] = [await world.start(options), await world.start(options)]
    const browser = new Browser(app)
    await browser.login('ada')
    const [session] = await stateOf(app, 'ada')
    const sid = session?.sid ?? ''
    const disable = (): void => {
      isEnabled = false
    }
    const given = { app, world, browser, sid, disable }
    world.events.length = 0
    await end(given)
    isEnabled = true
    t.match(endsOf(world.events, sid), [event])
    await askForMore(given)
    // It has not heard of it by the feed yet, and asks the store.
    await askForMore({ ...given, app: other, browser: new Browser(other, browser.cookies) })
    t.equal(endsOf(world.events, sid).length, 1)
    t.equal((await browser.get('/me')).status, 401)
  })
}

rule('R38: two log-outs at the same time are one event, and both succeed', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('ada')
  const [session] = await stateOf(app, 'ada')
  const logouts = Array.from({ length: 5 }, () => browser.copy().post('/auth/logout'))
  t.same(new Set((await Promise.all(logouts)).map(({ status }) => status)), new Set([204]))
  t.equal(endsOf(world.events, session?.sid ?? '').length, 1)
})

rule(
  'R32: of two refreshes of a disabled account one ends the session, the other is refused',
  async (t, world) => {
    const app = await world.start({ claims: () => false })
    const browser = new Browser(app)
    await browser.login('ada')
    world.events.length = 0
    const answers = await Promise.all([1, 2].map(() => browser.copy().post('/auth/refresh')))
    t.same(
      answers.map(({ status }) => status),
      [400, 400],
    )
    t.same(world.events.map(({ type }) => type).sort(), ['refused', 'revoked'])
  },
)

const endsOf = (events: readonly TokenEvent[], sid: string): TokenEvent[] =>
  events.filter(
    event => ['revoked', 'evicted', 'reused'].includes(event.type) && 'sid' in event && event.sid === sid,
  )
