import tokenratchet from '@tokenratchet/express'
import cookieParser from 'cookie-parser'
import cors from 'cors'
import type { RequestHandler } from 'express'
import { Browser, names } from '../../../test/contract/http.js'
import { forwarding, listen, login, rule, secret, userOf, who } from './app.js'

for (const order of ['before', 'after'] as const) {
  rule(
    `with cookie-parser ${order} app.use(auth.middleware), both have their cookies`,
    async (t, framework) => {
      const app = framework()
      const auth = tokenratchet({ secret })
      const parser = cookieParser('a secret of its own')
      app.use(...(order === 'before' ? [parser, auth.middleware] : [auth.middleware, parser]))
      app.post(
        '/login',
        forwarding(async (_request, response) => {
          response.cookie('theme', 'dark', { signed: true })
          response.json(await response.issueTokens({ subject: 'ada' }))
        }),
      )
      app.get('/me', auth.authenticate, (request, response) => {
        response.json({ user: userOf(request)?.sub, theme: request.signedCookies.theme })
      })
      const browser = new Browser(await listen(t, app))
      await browser.post('/login')
      t.same([...browser.cookies.keys()].sort(), [names.access, names.refresh, 'theme'])
      t.same((await browser.get('/me')).json(), { user: 'ada', theme: 'dark' })
      t.equal((await browser.post('/auth/refresh')).status, 200)
      t.same((await browser.get('/me')).json(), { user: 'ada', theme: 'dark' })
      t.equal((await browser.post('/auth/logout')).status, 204)
      t.same([...browser.cookies.keys()], ['theme'])
    },
  )
}

const origin = 'https://www.example.com'
const preflight = {
  method: 'OPTIONS',
  url: '/auth/refresh',
  headers: { origin, 'access-control-request-method': 'POST' },
}
const crossOrigin = (from: string) => ({
  method: 'POST',
  headers: { origin: from, 'sec-fetch-site': 'cross-site' },
})

rule(
  'with cors before app.use(auth.middleware) pages of trusted origins use the token routes',
  async (t, framework) => {
    const app = framework()
    const auth = tokenratchet({ secret, trustedOrigins: [origin] })
    app.use(cors({ origin, credentials: true }), auth.middleware)
    app.post('/login', login)
    app.use(auth.errorHandler())
    const browser = new Browser(await listen(t, app))
    t.match(await browser.send(preflight), {
      status: 204,
      headers: { 'access-control-allow-origin': origin, 'access-control-allow-methods': /POST/ },
    })
    t.equal((await browser.send({ ...crossOrigin(origin), url: '/login' })).status, 200)
    t.match(await browser.send({ ...crossOrigin(origin), url: '/auth/refresh' }), {
      status: 200,
      headers: { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' },
    })
    for (const url of ['/login', '/auth/refresh', '/auth/logout']) {
      t.equal((await browser.send({ ...crossOrigin('https://evil.test'), url })).status, 403, url)
    }
  },
)

rule('with cors after app.use(auth.middleware) it still answers the preflights', async (t, framework) => {
  const app = framework()
  app.use(tokenratchet({ secret, trustedOrigins: [origin] }).middleware, cors({ origin, credentials: true }))
  const browser = new Browser(await listen(t, app))
  t.match(await browser.send(preflight), {
    status: 204,
    headers: { 'access-control-allow-origin': origin },
  })
})

rule(
  'without cors a preflight is answered as Express does by itself: with no permission',
  async (t, framework) => {
    const app = framework()
    app.use(tokenratchet({ secret }).middleware)
    const { headers } = await new Browser(await listen(t, app)).send(preflight)
    t.notOk(Object.keys(headers).some(name => name.startsWith('access-control')))
  },
)

rule(
  'middleware in front of app.use(auth.middleware) sees the requests of the token routes',
  async (t, framework) => {
    const app = framework()
    let left = 1
    const limit: RequestHandler = (_request, response, next) => {
      left-- > 0 ? next() : response.sendStatus(429)
    }
    app.use('/auth/refresh', limit)
    app.use(tokenratchet({ secret }).middleware)
    app.post('/login', login)
    app.get('/public', who)
    const browser = new Browser(await listen(t, app))
    await browser.post('/login')
    t.equal((await browser.post('/auth/refresh')).status, 200)
    t.equal((await browser.post('/auth/refresh')).status, 429)
    t.equal((await browser.get('/public')).status, 200)
  },
)
