// What a programmer gets wrong, and the text that says so.
import tokenratchet from '@tokenratchet/express'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import t from 'tap'
import { send } from '../../../test/contract/http.js'
import { listen, login, rule, secret, who } from './app.js'

const calls = {
  'auth.authenticate': 'pass auth.authenticate itself, without calling it',
  'auth.optional': 'pass auth.optional itself, without calling it',
  'auth.middleware': 'pass auth.middleware itself, without calling it',
  'auth.require({ ... })': 'pass auth.require({ ... }) itself, without calling it',
}

t.test('a guard that is called instead of passed throws at once, and says so', async t => {
  const auth = tokenratchet({ secret })
  const guards: Record<keyof typeof calls, unknown> = {
    'auth.authenticate': auth.authenticate,
    'auth.optional': auth.optional,
    'auth.middleware': auth.middleware,
    'auth.require({ ... })': auth.require({ scope: 'read' }),
  }
  for (const [name, guard] of Object.entries(guards)) {
    const call = guard as (...given: unknown[]) => unknown
    for (const given of [[], [{ scope: 'read' }], [{}, {}]]) {
      const message = `${calls[name as keyof typeof calls]}: Express calls it with (request, response, next)`
      t.throws(() => call(...given), { name: 'TypeError', message }, name)
    }
  }
})

/** The last handler of errors: what a developer sees. */
const show: ErrorRequestHandler = (error, _request, response, _next) => {
  response.status(500).send(`${error.name}: ${error.message}`)
}

rule(
  'auth.require that is passed instead of called is a 500 that says how to call it',
  async (t, framework) => {
    const app = framework()
    const auth = tokenratchet({ secret })
    app.use(auth.middleware)
    app.get('/data', auth.require as unknown as RequestHandler, who)
    app.use(show)
    const answer = await send((await listen(t, app)).port, { url: '/data' })
    t.match(answer, {
      status: 500,
      text: "TypeError: call auth.require({ ... }) with what it requires: app.get(path, auth.require({ scope: 'admin' }), handler)",
    })
    t.throws(() => (auth.require as unknown as () => void)(), {
      name: 'TypeError',
      message: /^call auth\.require/,
    })
  },
)

rule(
  'res.issueTokens is not there for routes in front of app.use(auth.middleware): docs/reference.md says so',
  async (t, framework) => {
    const app = framework()
    app.post('/login', login)
    app.use(tokenratchet({ secret }).middleware)
    app.use(show)
    const answer = await send((await listen(t, app)).port, { method: 'POST', url: '/login' })
    t.match(answer, { status: 500, text: 'TypeError: response.issueTokens is not a function' })
  },
)
