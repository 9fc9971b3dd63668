// autoRefresh: many requests at once, slow ones, and what happens meanwhile.
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { both, expire, setNames, slowRoute, startExpired, typesOf } from './expired.js'
import { Browser } from './http.js'
import { text } from './raw.js'
import { rule, stateOf } from './rule.js'

rule(
  'R5: ten requests with one old cookie all succeed, and each pair that comes back is good',
  async (t, world) => {
    const { app } = await startExpired(world)
    for (let kept = 0; kept < 10; kept++) {
      const subject = `user ${kept}`
      const browser = new Browser(app)
      await browser.login(subject)
      expire(world)
      const tabs = Array.from({ length: 10 }, () => browser.copy())
      const answers = await Promise.all(tabs.map((tab, index) => tab.get(index % 2 === 0 ? '/me' : '/maybe')))
      for (const answer of answers) {
        t.same([answer.status, answer.json(), setNames(answer)], [200, { user: subject }, both])
      }
      t.equal((await stateOf(app, subject)).length, 1, 'one session')
      t.same(typesOf(world).sort(), ['refreshed', ...Array(9).fill('reissued')])
      expire(world)
      const last = await tabs[kept]?.get('/me')
      t.same([last?.status, last?.json()], [200, { user: subject }], `the pair of answer ${kept}`)
      t.same(typesOf(world), ['refreshed'])
    }
  },
)

rule(
  'autoRefresh: a handler may take a quarter of an access lifetime, and sets no cookies after it',
  async (t, world) => {
    for (const [seconds, expected] of [
      [60, both],
      [150, both],
      [151, []],
      [900, []],
    ] as const) {
      const slow = slowRoute()
      const { browser } = await startExpired(world, [slow.route])
      const old = browser.copy()
      const pending = browser.get('/slow')
      await slow.begun
      world.clock.advance(seconds)
      slow.goOn()
      const answer = await pending
      t.same(
        [answer.status, answer.json(), setNames(answer)],
        [200, { user: 'ada' }, expected],
        `${seconds} s`,
      )
      t.equal(answer.headers['cache-control'], expected.length > 0 ? 'no-store' : undefined)
      expire(world)
      t.equal((await browser.get('/me')).status, 200, 'what the browser has now is good')
      if (expected.length === 0) {
        t.same(typesOf(world), ['reissued'])
        t.equal((await old.get('/me')).status, 200, 'which is the old cookie')
      }
    }
  },
)

rule('autoRefresh: a clock that is set back gives a late response no more time', async (t, world) => {
  const slow = slowRoute()
  const { browser } = await startExpired(world, [slow.route], { accessTokenLifetime: 1 })
  const pending = browser.get('/slow')
  await slow.begun
  world.clock.set(world.clock.now() - 3_600_000)
  await sleep(260)
  slow.goOn()
  t.same((await pending).cookies, [])
})

rule(
  'autoRefresh: cookies leave when writeHead is called, and not with a body that comes much later',
  async (t, world) => {
    const slow = slowRoute()
    const { app, browser } = await startExpired(world, [
      {
        method: 'GET',
        path: '/events',
        auth: true,
        async handle({ hijack }) {
          const response = hijack().writeHead(200, { 'content-type': 'text/event-stream' })
          await slow.route.handle({} as never)
          response.end('data: 1\n\n')
          return {}
        },
      },
    ])
    const socket = connect({ port: app.port, host: '127.0.0.1' })
    t.teardown(() => socket.destroy())
    socket.write(text(['GET /events HTTP/1.1', 'Host: app.test', `Cookie: ${browser.cookie}`]))
    const [head] = await once(socket, 'data', { signal: AbortSignal.timeout(5000) })
    t.equal(String(head).match(/\r\nset-cookie: /gi)?.length, 2)
    t.match(String(head), /\r\n\r\n$/, 'the body has not been written yet')
    slow.goOn()
  },
)

rule(
  'autoRefresh: a slow page does not overwrite the cookies of a tab that went on meanwhile',
  async (t, world) => {
    const slow = slowRoute()
    const { app, browser } = await startExpired(world, [slow.route])
    const pending = browser.get('/slow')
    await slow.begun
    const tab = browser.copy()
    t.equal((await tab.get('/me')).status, 200, 'a sibling')
    expire(world)
    t.equal((await tab.get('/me')).status, 200, 'and its successor: the siblings are dead')
    slow.goOn()
    t.same((await pending).cookies, [])
    expire(world)
    t.equal((await tab.get('/me')).status, 200)
    t.equal((await stateOf(app, 'ada')).length, 1)
    t.notOk(world.events.some(({ type }) => type === 'reused'))
  },
)

rule(
  'autoRefresh: a page that is a minute late may replace the cookie of another tab, and both are good',
  async (t, world) => {
    const slow = slowRoute()
    const { browser } = await startExpired(world, [slow.route])
    const pending = browser.get('/slow')
    await slow.begun
    const tab = browser.copy()
    await tab.get('/me')
    world.clock.advance(60)
    slow.goOn()
    t.same(setNames(await pending), both)
    expire(world)
    t.equal((await browser.get('/me')).status, 200)
    t.notOk(world.events.some(({ type }) => type === 'reused'))
  },
)

rule('autoRefresh: after a log-out in another tab a slow page brings no cookies back', async (t, world) => {
  const slow = slowRoute()
  const { app, browser } = await startExpired(world, [slow.route])
  const pending = browser.get('/slow')
  await slow.begun
  t.equal((await browser.copy().post('/auth/logout')).status, 204)
  slow.goOn()
  const answer = await pending
  t.same([answer.status, answer.cookies], [200, []])
  t.same(await stateOf(app, 'ada'), [])
})

rule('autoRefresh: a login, or a log-out, in the same response has the last word', async (t, world) => {
  const { app, browser } = await startExpired(world, [
    {
      method: 'POST',
      path: '/switch',
      auth: 'optional',
      handle: async ({ issueTokens }) => ({ body: await issueTokens({ subject: 'grace' }) }),
    },
    {
      method: 'POST',
      path: '/quit',
      auth: true,
      async handle({ revokeTokens }) {
        await revokeTokens()
        return {}
      },
    },
  ])
  const login = await browser.post('/switch')
  t.same([login.status, setNames(login)], [200, both])
  t.same((await browser.get('/me')).json(), { user: 'grace' })
  t.same(typesOf(world), ['refreshed', 'revoked', 'issued'])
  t.same(await stateOf(app, 'ada'), [])
  expire(world)
  const quit = await browser.post('/quit')
  t.match([quit.status, quit.cookies], [200, [/=; Max-Age=0; /, /=; Max-Age=0; /]])
  t.equal(quit.cookies.length, 2)
  t.same(await stateOf(app, 'grace'), [])
})

rule(
  'autoRefresh: a navigation that is aborted before its headers leaves the old cookie good',
  async (t, world) => {
    const slow = slowRoute()
    const { app, browser } = await startExpired(world, [slow.route])
    const socket = connect({ port: app.port, host: '127.0.0.1' })
    socket.on('error', () => {})
    socket.write(text(['GET /slow HTTP/1.1', 'Host: app.test', `Cookie: ${browser.cookie}`]))
    await slow.begun
    socket.destroy()
    await sleep(20)
    slow.goOn()
    expire(world)
    const answer = await browser.get('/me')
    t.same([answer.status, setNames(answer)], [200, both])
    t.same(typesOf(world), ['reissued'])
    expire(world)
    t.equal((await browser.get('/me')).status, 200)
    t.same(app.errors, [])
  },
)

rule(
  'autoRefresh: who presents a token after its successor was used ends the session, as ever',
  async (t, world) => {
    const { app, browser } = await startExpired(world)
    const thief = browser.copy()
    await browser.get('/me')
    expire(world)
    await browser.get('/me')
    expire(world)
    const answer = await thief.get('/me')
    t.same([answer.status, answer.cookies], [401, []])
    t.same(typesOf(world), ['reused'], 'R32: one event')
    t.same(await stateOf(app, 'ada'), [])
  },
)
