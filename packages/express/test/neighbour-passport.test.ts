import tokenratchet from '@tokenratchet/express'
import type { Request, RequestHandler } from 'express'
import passport from 'passport'
import { Browser, send } from '../../../test/contract/http.js'
import { arranged, forwarding, listen, rule, secret, userOf, who } from './app.js'

/** Knows its users by a header. */
class ByKey implements passport.Strategy {
  readonly name = 'key'

  authenticate(this: passport.StrategyCreated<ByKey>, request: Request): void {
    const key = request.headers['x-key']
    key === undefined ? this.fail(401) : this.success({ id: key })
  }
}

const byKey = { 'x-key': 'ada' }

for (const order of ['before', 'after'] as const) {
  rule(
    `a login of passport, which is ${order} app.use(auth.middleware), begins a session`,
    async (t, framework) => {
      const app = framework()
      const own = new passport.Passport()
      own.use(new ByKey())
      const auth = tokenratchet({ secret })
      app.use(...arranged(order, [own.initialize()], auth))
      const logIn = own.authenticate('key', { session: false })
      app.post(
        '/login',
        logIn,
        forwarding(async (request, response) => {
          const { id } = request.user as { id: string }
          response.json(await response.issueTokens({ subject: id }))
        }),
      )
      app.get('/key', logIn, (request, response) => void response.json(request.user))
      app.get('/me', auth.authenticate, who)
      const browser = new Browser(await listen(t, app))
      t.equal((await browser.post('/login')).status, 401)
      t.equal((await browser.get('/me')).status, 401)
      t.equal((await browser.send({ method: 'POST', url: '/login', headers: byKey })).status, 200)
      t.same((await browser.get('/me')).json(), { user: 'ada' })
      t.same((await browser.send({ url: '/key', headers: byKey })).json(), { id: 'ada' })
    },
  )

  rule(`req.login and req.logout are passport's, ${order} app.use(auth.middleware)`, async (t, framework) => {
    const app = framework()
    const own = new passport.Passport()
    own.use(new ByKey())
    const auth = tokenratchet({ secret })
    app.use(...arranged(order, [own.initialize()], auth))
    const verbs: RequestHandler = (request, response) => {
      const isAuthenticated = request.isAuthenticated()
      request.login({ id: 'bob' }, { session: false }, () => {
        const loggedIn = request.user
        response.json({ isAuthenticated, loggedIn, types: [typeof request.logout, typeof request.logIn] })
      })
    }
    app.get('/verbs', own.authenticate('key', { session: false }), verbs)
    app.get('/guarded', auth.authenticate, verbs)
    const { port } = await listen(t, app)
    const expected = { isAuthenticated: true, loggedIn: { id: 'bob' }, types: ['function', 'function'] }
    t.same((await send(port, { url: '/verbs', headers: byKey })).json(), expected)
    const { accessToken } = await auth.tokens.issue({ subject: 'ada', transport: 'body' })
    const headers = { authorization: `Bearer ${accessToken}` }
    t.same((await send(port, { url: '/guarded', headers })).json(), expected)
  })
}

rule(
  'behind auth.optional and auth.authenticate nobody is left of who passport knew',
  async (t, framework) => {
    const app = framework()
    const own = new passport.Passport()
    own.use(new ByKey())
    const auth = tokenratchet({ secret })
    const knows = own.authenticate('key', { session: false })
    app.get('/maybe', knows, auth.optional, (request, response) => {
      response.json({ has: 'user' in request, isNobody: userOf(request) === undefined })
    })
    app.get('/me', knows, auth.authenticate, who)
    const { port } = await listen(t, app)
    t.same((await send(port, { url: '/maybe', headers: byKey })).json(), { has: true, isNobody: true })
    t.equal((await send(port, { url: '/me', headers: byKey })).status, 401)
  },
)
