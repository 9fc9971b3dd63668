import type { TokenEvent } from '@tokenratchet/core'
import { fakeClock } from '@tokenratchet/core/testing'
import tokenratchet, {
  type Middleware,
  type Tokenratchet,
  type TokenratchetOptions,
} from '@tokenratchet/express'
import type { ErrorRequestHandler, Router } from 'express'
import { Browser, names, send } from '../../../test/contract/http.js'
import { type Framework, listen, login, rule, secret, who } from './app.js'

/** What is there of the routes, by path. */
async function statuses(browser: Browser, paths: readonly string[]): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const path of paths) {
    found[path] = (await browser.post(path)).status
  }
  return found
}

rule(
  'app.use(path, auth.middleware): the routes and the verbs are under that path only',
  async (t, framework) => {
    const app = framework()
    const auth = tokenratchet({ secret })
    app.use('/api', auth.middleware)
    app.post('/api/login', login)
    app.get('/me', auth.authenticate, who)
    app.get('/verbs', (_request, response) => {
      response.json([typeof response.issueTokens, typeof response.revokeTokens])
    })
    const browser = new Browser(await listen(t, app))
    t.equal((await browser.post('/api/login')).status, 200)
    t.same(
      await statuses(browser, [
        '/auth/refresh',
        '/api/refresh',
        '/api/api/auth/refresh',
        '/api/auth/refresh',
      ]),
      { '/auth/refresh': 404, '/api/refresh': 404, '/api/api/auth/refresh': 404, '/api/auth/refresh': 200 },
    )
    t.same((await browser.get('/verbs')).json(), ['undefined', 'undefined'])
    t.same((await browser.get('/me')).json(), { user: 'ada' }, 'guards are for any path')
    t.equal((await browser.post('/api/auth/logout')).status, 204)
    t.equal((await browser.get('/me')).status, 401)
  },
)

/** A part of an application: of both an application can be made. */
const parts: Record<string, (framework: Framework) => ReturnType<Framework['Router']>> = {
  'a router': framework => framework.Router(),
  'a sub-application': framework => framework(),
}

for (const [what, create] of Object.entries(parts)) {
  rule(`${what} has the routes where it is mounted, and guards`, async (t, framework) => {
    const app = framework()
    const part = create(framework)
    const auth = tokenratchet({ secret, prefix: '/session' })
    part.use(auth.middleware)
    part.post('/login', login)
    part.use('/rows', auth.authenticate)
    part.get('/rows/:id', who)
    part.use(auth.errorHandler())
    app.use('/v1/shop', part)
    app.get('/public', who)
    const browser = new Browser(await listen(t, app))
    const refused = await browser.get('/v1/shop/rows/1')
    t.match([refused.status, refused.json()], [401, { code: 'ERR_ACCESS_TOKEN_MISSING' }])
    t.equal((await browser.post('/v1/shop/login')).status, 200)
    t.same((await browser.get('/v1/shop/rows/1')).json(), { user: 'ada' })
    t.same(await statuses(browser, ['/session/refresh', '/v1/shop/session/refresh']), {
      '/session/refresh': 404,
      '/v1/shop/session/refresh': 200,
    })
    t.same((await browser.get('/public')).json(), {}, 'outside nobody was asked for')
  })

  rule(`${what} beneath app.use(auth.middleware) has the verbs, and guards`, async (t, framework) => {
    const app = framework()
    const part = create(framework)
    const auth = tokenratchet({ secret })
    app.use(auth.middleware)
    part.post('/login', login)
    part.get('/me', auth.authenticate, who)
    app.use('/part', part)
    app.use(auth.errorHandler())
    const browser = new Browser(await listen(t, app))
    t.match((await browser.get('/part/me')).json(), { code: 'ERR_ACCESS_TOKEN_MISSING' })
    t.equal((await browser.post('/part/login')).status, 200)
    t.same((await browser.get('/part/me')).json(), { user: 'ada' })
    t.equal((await browser.post('/part/auth/refresh')).status, 404)
  })
}

rule(
  'guards need no app.use(auth.middleware): an application may only accept tokens',
  async (t, framework) => {
    const app = framework()
    const issuing = tokenratchet({ secret })
    const auth = tokenratchet({ secret })
    app.get('/me', auth.authenticate, who)
    app.get('/maybe', auth.optional, who)
    const { port } = await listen(t, app)
    const { accessToken } = await issuing.tokens.issue({ subject: 'ada', transport: 'body' })
    const headers = { authorization: `Bearer ${accessToken}` }
    for (const url of ['/me', '/maybe']) {
      t.same((await send(port, { url, headers })).json(), { user: 'ada' })
    }
    t.equal((await send(port, { url: '/me' })).status, 401)
    t.same((await send(port, { url: '/maybe' })).json(), {})
    t.equal((await send(port, { method: 'POST', url: '/auth/refresh' })).status, 404)
  },
)

rule('app.use(auth.authenticate) guards what follows, unknown paths too', async (t, framework) => {
  const app = framework()
  const auth = tokenratchet({ secret })
  app.use(auth.middleware)
  app.post('/login', login)
  app.use(auth.authenticate)
  app.get('/me', who)
  const browser = new Browser(await listen(t, app))
  t.equal((await browser.get('/me')).status, 401)
  t.equal((await browser.get('/nowhere')).status, 401)
  t.equal((await browser.post('/auth/logout')).status, 204, 'the token routes are before it')
  await browser.post('/login')
  t.same((await browser.get('/me')).json(), { user: 'ada' })
  t.equal((await browser.get('/nowhere')).status, 404)
})

rule('two of them in one application each have their own sessions', async (t, framework) => {
  const app = framework()
  for (const name of ['shop', 'staff']) {
    app.use(`/${name}`, routerOf(framework, { secret, issuer: `https://${name}.test` }))
  }
  const browser = new Browser(await listen(t, app))
  await browser.post('/shop/login')
  t.same((await browser.get('/shop/me')).json(), { user: 'ada' })
  t.equal((await browser.get('/staff/me')).status, 401)
  t.same(await statuses(browser, ['/staff/auth/refresh', '/shop/auth/refresh']), {
    '/staff/auth/refresh': 400,
    '/shop/auth/refresh': 200,
  })
})

rule('two of them below paths of one application keep both logins by a name prefix', async (t, framework) => {
  const app = framework()
  for (const name of ['shop', 'admin']) {
    app.use(`/${name}`, routerOf(framework, { secret: `${secret}${name}`, cookie: { namePrefix: name } }))
  }
  const browser = new Browser(await listen(t, app))
  await browser.post('/shop/login')
  await browser.post('/admin/login')
  t.same(await statuses(browser, ['/shop/auth/refresh', '/admin/auth/refresh']), {
    '/shop/auth/refresh': 200,
    '/admin/auth/refresh': 200,
  })
  t.equal((await browser.post('/admin/auth/logout')).status, 204)
  t.same((await browser.get('/shop/me')).json(), { user: 'ada' })
  t.equal((await browser.get('/admin/me')).status, 401)
})

rule('a route that is left out is left to the application', async (t, framework) => {
  const app = framework()
  app.use(tokenratchet({ secret, routes: { refresh: false } }).middleware)
  app.post('/auth/refresh', (_request, response) => void response.json({ own: true }))
  const browser = new Browser(await listen(t, app))
  t.same((await browser.post('/auth/refresh')).json(), { own: true })
  t.equal((await browser.post('/auth/logout')).status, 204)
})

rule(
  'a guard behind app.use(auth.middleware) guards paths that end as token routes do',
  async (t, framework) => {
    const app = framework()
    const auth = tokenratchet({ secret })
    const other = tokenratchet({ secret, prefix: '/other' })
    app.use(auth.middleware)
    app.use(other.middleware)
    app.post('/login', login)
    app.use((_request, response, next) => {
      const { issueTokens } = response
      response.issueTokens = grant => issueTokens(grant) as never
      next()
    })
    app.use('/rows', auth.authenticate)
    app.get('/rows/auth/sessions', who)
    const browser = new Browser(await listen(t, app))
    t.equal((await browser.post('/login')).status, 200)
    t.same((await browser.get('/rows/auth/sessions')).json(), { user: 'ada' }, 'and their handlers answer')
  },
)

rule('the verbs are good when they are handed on alone', async (t, framework) => {
  const app = framework()
  app.use(tokenratchet({ secret }).middleware)
  app.post('/login', async (request, response) => {
    const { issueTokens, revokeTokens } = response
    // As the context of a GraphQL server.
    const context = { req: request, res: response, issueTokens, revokeTokens }
    response.json(await context.issueTokens({ subject: 'ada' }))
  })
  app.post('/logout', async (_request, response) => {
    const { revokeTokens } = response
    await revokeTokens()
    response.sendStatus(204)
  })
  const browser = new Browser(await listen(t, app))
  t.match((await browser.post('/login')).json(), { expires_in: 600 })
  t.equal((await browser.post('/auth/refresh')).status, 200)
  t.equal((await browser.post('/logout')).status, 204)
  t.equal((await browser.post('/auth/refresh')).status, 400)
})

rule('what is longer than a session of the list is no route', async (t, framework) => {
  const app = framework()
  app.use(tokenratchet({ secret }).middleware)
  app.use((_request, response) => {
    response.status(404).json('of the application')
  })
  const browser = new Browser(await listen(t, app))
  for (const path of ['/auth/sessions/a/b', '/auth/sessions/', '/auth/sessionsx', '/auth/sessionsx/a']) {
    t.equal((await browser.post(path)).json(), 'of the application', path)
  }
  t.equal((await browser.post('/auth/sessions/a')).status, 405)
})

const fronts: Record<string, (auth: Tokenratchet) => Middleware> = {
  'auth.optional': auth => auth.optional,
  'auth.authenticate': auth => auth.authenticate,
  'auth.require': auth => auth.require({ scope: 'read' }),
}

for (const [front, guardOf] of Object.entries(fronts)) {
  rule(
    `R37: ${front} in front of auth.middleware guards token routes, and warns once if it refuses`,
    async (t, framework) => {
      const app = framework()
      const clock = fakeClock()
      const events: TokenEvent[] = []
      const auth = tokenratchet({ secret, now: clock.now, onEvent: event => void events.push(event) })
      app.use(guardOf(auth))
      app.use(auth.middleware)
      app.use(auth.errorHandler())
      const issued = await auth.tokens.issue({ subject: 'ada', scope: 'read' })
      const browser = new Browser(await listen(t, app), [
        [names.access, issued.accessToken],
        [names.refresh, issued.refreshToken],
      ])
      clock.advance('11m')
      events.length = 0
      const expected = front === 'auth.optional' ? 200 : 401
      t.equal((await browser.post('/auth/refresh')).status, expected, 'an expired access token')
      t.equal(
        (await send(browser.port, { method: 'POST', url: '/auth/logout' })).status,
        expected === 200 ? 403 : 401,
      )
      const warnings = events.filter(({ type }) => type === 'config_warning')
      const message =
        /\/auth\/refresh.*Move app\.use\(auth\.middleware\) above app\.use\(auth\.authenticate\)/
      const refuses = front !== 'auth.optional'
      t.match(warnings, refuses ? [{ code: 'guard_before_middleware', message }] : [])
      t.equal(warnings.length, refuses ? 1 : 0)
    },
  )

  rule(
    `${front} in front of app.use('/api', auth.middleware) opens no token route elsewhere`,
    async (t, framework) => {
      const app = framework()
      const events: TokenEvent[] = []
      const auth = tokenratchet({ secret, onEvent: event => void events.push(event) })
      app.use('/api', guardOf(auth))
      app.use('/other', guardOf(auth))
      app.use('/api/v1', auth.middleware)
      const { accessToken, refreshToken } = await auth.tokens.issue({ subject: 'ada', scope: 'read' })
      const browser = new Browser(await listen(t, app), [
        [names.access, accessToken],
        [names.refresh, refreshToken],
      ])
      t.same(await statuses(browser, ['/auth/refresh', '/api/auth/refresh', '/other/auth/refresh']), {
        '/auth/refresh': 404,
        '/api/auth/refresh': 404,
        '/other/auth/refresh': 404,
      })
      t.equal((await browser.post('/api/v1/auth/refresh')).status, 200)
      t.equal(events.filter(({ type }) => type === 'refreshed').length, 1)
    },
  )
}

rule('a guard that is not in front of the middleware never warns', async (t, framework) => {
  const app = framework()
  const events: TokenEvent[] = []
  const auth = tokenratchet({ secret, onEvent: event => void events.push(event) })
  app.all(/.*/, (_request, _response, next) => next())
  app.use('/api', auth.authenticate)
  app.get('/admin/auth/sessions', auth.authenticate, who)
  app.use(auth.middleware)
  const { port } = await listen(t, app)
  for (const url of ['/api/auth/refresh', '/admin/auth/sessions', '/auth/refresh', '/api/auth/refresh']) {
    await send(port, { method: url.startsWith('/admin') ? 'GET' : 'POST', url })
  }
  t.same(
    events.filter(({ type }) => type === 'config_warning'),
    [],
  )
})

rule(
  'R37: auth.middleware as the guard of a route is an error at its first request',
  async (t, framework) => {
    const app = framework()
    const auth = tokenratchet({ secret })
    app.get('/me', auth.middleware, who)
    app.all(/.*/, (_request, _response, next) => next())
    app.use(auth.middleware)
    app.get('/after', who)
    const errors: Error[] = []
    const note: ErrorRequestHandler = (error, _request, response, _next) => {
      errors.push(error)
      response.status(500).end()
    }
    app.use(note)
    const { port } = await listen(t, app)
    t.equal((await send(port, { url: '/me' })).status, 500)
    t.match(errors, [
      { name: 'TypeError', message: /^auth\.middleware guards nothing, .* PUBLIC: pass auth\.authenticate/ },
    ])
    t.equal((await send(port, { url: '/after' })).status, 200, 'a route that came before it is no matter')
  },
)

/** An application of its own, to be mounted. */
function routerOf(framework: Framework, options: TokenratchetOptions): Router {
  const auth = tokenratchet(options)
  const router = framework.Router()
  router.use(auth.middleware)
  router.post('/login', login)
  router.get('/me', auth.authenticate, who)
  return router
}
