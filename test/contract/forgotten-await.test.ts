// Logins and log-outs that a handler calls in another order than it should, or does not wait for.
import type { Grant, Store, TokenEvent } from '@tokenratchet/core'
import type { AppRoute, Call } from './app.js'
import { Browser, names } from './http.js'
import { rule, type World } from './rule.js'

/** A route whose handler does this with a body `{ subject }`. */
function route(path: string, handle: (call: Call, grant: Grant) => Promise<object> | object): AppRoute {
  return {
    method: 'POST',
    path,
    handle: async call => ({ body: await handle(call, call.body as Grant) }),
  }
}

const typesOf = ({ events }: World): string[] =>
  events.map(event => (event.type === 'revoked' ? `revoked: ${event.reason}` : event.type))

/** Calls that a handler has begun and not awaited; what became of each. */
function forgotten() {
  const outcomes: Promise<string>[] = []
  return {
    outcomes,
    add(call: Promise<unknown>): void {
      outcomes.push(
        call.then(
          () => 'done',
          (error: Error) => error.message,
        ),
      )
    },
  }
}

/** A store whose logins wait until they are told to go on. */
function slowLogins(world: World): { store: Store; goOn(): void; begun: Promise<void> } {
  let goOn = (): void => {}
  let begin = (): void => {}
  const begun = new Promise<void>(resolve => {
    begin = resolve
  })
  const gate = new Promise<void>(resolve => {
    goOn = resolve
  })
  const create: Store['create'] = async (...given) => {
    begin()
    await gate
    return world.store.create(...given)
  }
  const store = new Proxy<Store>(world.store, {
    get: (target, name) => (name === 'create' ? create : Reflect.get(target, name)),
  })
  return { store, goOn, begun }
}

/** Resolves when a warning about a forgotten `await` has been emitted. */
async function warned({ events }: World): Promise<TokenEvent> {
  for (;;) {
    const found = events.find(event => event.type === 'config_warning')
    if (found !== undefined) {
      return found
    }
    await new Promise(resolve => setImmediate(resolve))
  }
}

rule('a login that nobody awaits ends its session and emits a warning', async (t, world) => {
  const slow = slowLogins(world)
  const app = await world.start(
    { store: slow.store },
    {
      routes: [
        route('/forgot', ({ issueTokens }, grant) => {
          void issueTokens(grant)
          return { sent: true }
        }),
      ],
    },
  )
  const browser = new Browser(app)
  const answer = await browser.post('/forgot', { subject: 'ada' })
  t.same([answer.status, answer.cookies], [200, []])
  await slow.begun
  slow.goOn()
  t.match(await warned(world), {
    code: 'await_missing',
    message: /^issueTokens was not awaited and failed .* Await it before you respond$/,
  })
  t.same(await app.tokens.sessions('ada'), [])
  t.same(typesOf(world), ['issued', 'revoked: unsent', 'config_warning'])
})

rule('a login that is awaited too late rejects, ends its session, and emits no warning', async (t, world) => {
  const slow = slowLogins(world)
  const calls = forgotten()
  const app = await world.start(
    { store: slow.store },
    {
      routes: [
        route('/late', ({ issueTokens }, grant) => {
          calls.add(issueTokens(grant))
          return { sent: true }
        }),
      ],
    },
  )
  await new Browser(app).post('/late', { subject: 'ada' })
  slow.goOn()
  t.match(await Promise.all(calls.outcomes), [
    /^issueTokens was too late: .* Await issueTokens before you send the response$/,
  ])
  t.same(await app.tokens.sessions('ada'), [])
  t.same(typesOf(world), ['issued', 'revoked: unsent'])
})

rule(
  'a call that fails and that nobody awaits emits a warning, and never ends the process',
  async (t, world) => {
    const unhandled: unknown[] = []
    const note = (error: unknown): void => void unhandled.push(error)
    process.on('unhandledRejection', note)
    t.teardown(() => process.off('unhandledRejection', note))
    const routes = [
      route('/down', ({ revokeTokens }) => {
        world.store.isDown = true
        void revokeTokens()
        return {}
      }),
      route('/invalid', async ({ issueTokens }) => {
        void issueTokens({ subject: '' })
        await new Promise(resolve => setImmediate(resolve))
        return {}
      }),
    ]
    for (const { path } of routes) {
      // Each instance warns once.
      const browser = new Browser(await world.start({}, { routes }))
      await browser.login('ada')
      world.events.length = 0
      t.equal((await browser.post(path, {})).status, 200)
      t.match(await warned(world), { code: 'await_missing' }, path)
      world.store.isDown = false
      t.equal((await browser.get('/public')).status, 200, 'the server goes on')
    }
    t.same(unhandled, [])
  },
)

rule('a client that hung up is not reported as a forgotten await: its session stays', async (t, world) => {
  const slow = slowLogins(world)
  const calls = forgotten()
  const app = await world.start(
    { store: slow.store },
    {
      routes: [
        route('/login-slowly', async ({ issueTokens }, grant) => {
          const call = issueTokens(grant)
          calls.add(call)
          return call
        }),
      ],
    },
  )
  const abort = new AbortController()
  const asked = fetch(`http://127.0.0.1:${app.port}/login-slowly`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ subject: 'ada' }),
    signal: abort.signal,
  }).catch(() => 'aborted')
  await slow.begun
  abort.abort()
  t.equal(await asked, 'aborted')
  slow.goOn()
  t.same(await Promise.all(calls.outcomes), ['done'])
  t.equal((await app.tokens.sessions('ada')).length, 1)
  t.same(typesOf(world), ['issued'])
})

rule('a second login in one response replaces the session and the cookies of the first', async (t, world) => {
  const calls = forgotten()
  const app = await world.start(
    {},
    {
      routes: [
        route('/in-turn', async ({ issueTokens }, { subject }) => {
          await issueTokens({ subject: 'eve' })
          return issueTokens({ subject })
        }),
        route('/at-once', async ({ issueTokens }, { subject }) => {
          calls.add(issueTokens({ subject: 'eve' }))
          return issueTokens({ subject })
        }),
        route('/same', async ({ issueTokens }, { subject }) => {
          calls.add(issueTokens({ subject }))
          return issueTokens({ subject })
        }),
      ],
    },
  )
  for (const path of ['/in-turn', '/at-once', '/same']) {
    world.events.length = 0
    const browser = new Browser(app)
    const answer = await browser.post(path, { subject: 'ada' })
    t.same([answer.status, answer.cookies.length], [200, 2], path)
    t.same(typesOf(world).sort(), ['issued', 'issued', 'revoked: replaced'], path)
    t.comment(typesOf(world))
    t.same((await browser.get('/me')).json(), { user: 'ada' })
    t.equal((await browser.post('/auth/refresh')).status, 200)
    t.same(await app.tokens.sessions('eve'), [])
    t.equal((await app.tokens.sessions('ada')).length, 1)
    await app.tokens.revokeAll('ada')
  }
})

rule(
  'a log-out after a login in one response ends the new session, and clears the cookies',
  async (t, world) => {
    const app = await world.start(
      {},
      {
        routes: [
          route('/in-and-out', async ({ issueTokens, revokeTokens }, grant) => {
            await issueTokens(grant)
            await revokeTokens()
            return {}
          }),
          route('/out-and-in', async ({ issueTokens, revokeTokens }, grant) => {
            await revokeTokens()
            return issueTokens(grant)
          }),
        ],
      },
    )
    const browser = new Browser(app)
    await browser.login('grace')
    const left = await browser.post('/in-and-out', { subject: 'ada' })
    t.same([left.status, left.cookies.length], [200, 2])
    t.same([...browser.cookies], [])
    t.same([await app.tokens.sessions('ada'), await app.tokens.sessions('grace')], [[], []])

    await browser.login('grace')
    const entered = await browser.post('/out-and-in', { subject: 'ada' })
    t.same([entered.status, entered.cookies.length], [200, 2])
    t.same([...browser.cookies.keys()], [names.access, names.refresh])
    t.same((await browser.get('/me')).json(), { user: 'ada' })
    t.same(await app.tokens.sessions('grace'), [])
  },
)

rule('a login in a body after one in cookies takes those cookies back', async (t, world) => {
  const app = await world.start(
    {},
    {
      routes: [
        route('/both', async ({ issueTokens }, { subject }) => {
          await issueTokens({ subject })
          return issueTokens({ subject, transport: 'body' })
        }),
      ],
    },
  )
  const browser = new Browser(app)
  const answer = await browser.post('/both', { subject: 'ada' })
  t.type(answer.json().refresh_token, 'string')
  t.same([...browser.cookies], [])
  t.equal((await app.tokens.sessions('ada')).length, 1)
})

rule('a login in cookies after one in a body ends the session that the cookies brought', async (t, world) => {
  const app = await world.start(
    {},
    {
      routes: [
        route('/both', async ({ issueTokens }, { subject }) => {
          await issueTokens({ subject, transport: 'body' })
          return issueTokens({ subject })
        }),
      ],
    },
  )
  const browser = new Browser(app)
  await browser.login('ada')
  t.equal((await browser.post('/both', { subject: 'ada' })).status, 200)
  t.equal((await app.tokens.sessions('ada')).length, 1)
  t.equal((await browser.post('/auth/refresh')).status, 200)
})

rule(
  'a second login that fails takes the cookies of a first one back that may have ended',
  async (t, world) => {
    const store: Store = new Proxy<Store>(world.store, {
      get: (target, name) =>
        name === 'create'
          ? (...given: Parameters<Store['create']>) => {
              const isFirst = given[1].replaces === undefined && !isBroken
              isBroken = true
              return isFirst ? target.create(...given) : Promise.reject(new Error('down'))
            }
          : Reflect.get(target, name),
    })
    let isBroken = false
    const app = await world.start(
      { store },
      {
        routes: [
          route('/twice', async ({ issueTokens }, { subject }) => {
            await issueTokens({ subject: 'eve' })
            await issueTokens({ subject }).catch(() => {})
            return {}
          }),
          route('/invalid', async ({ issueTokens }, { subject }) => {
            await issueTokens({ subject })
            await issueTokens({ subject: '' }).catch(() => {})
            return {}
          }),
        ],
      },
    )
    const browser = new Browser(app)
    t.equal((await browser.post('/twice', { subject: 'ada' })).status, 200)
    t.same([...browser.cookies], [])
    t.same(await app.tokens.sessions('ada'), [])
    isBroken = false
    t.equal((await browser.post('/invalid', { subject: 'ada' })).status, 200)
    t.same((await browser.get('/me')).json(), { user: 'ada' }, 'a grant that is refused changes nothing')
  },
)

rule(
  'a log-out after a login ends the new session, whatever becomes of the credentials of the request',
  async (t, world) => {
    const app = await world.start(
      {},
      {
        routes: [
          route('/in-and-out', async ({ issueTokens, revokeTokens }, { subject }) => {
            await issueTokens({ subject })
            await revokeTokens().catch(() => {})
            return {}
          }),
        ],
      },
    )
    const browser = new Browser(app)
    const headers = { authorization: 'Bearer x' }
    await browser.send({ method: 'POST', url: '/in-and-out', payload: { subject: 'ada' }, headers })
    t.same([...browser.cookies], [])
    t.same(await app.tokens.sessions('ada'), [])
  },
)
