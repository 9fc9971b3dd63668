import { fileURLToPath } from 'node:url'
import type { TokenEvent } from '@tokenratchet/core'
import { fakeClock } from '@tokenratchet/core/testing'
import tokenratchet from '@tokenratchet/express'
import type { Express, RequestHandler } from 'express'
import type { Test } from 'tap'
import { Browser, names, send } from '../../../test/contract/http.js'
import { type Framework, listen, rule, secret, who } from './app.js'

const both = [names.access, names.refresh]
const namesOf = (lines: readonly string[]): string[] => lines.map(line => line.split('=')[0] ?? '')

type Auth = ReturnType<typeof tokenratchet>

/** An application, and a browser whose access token has expired. */
async function expired(t: Test, framework: Framework, build: (app: Express, auth: Auth) => void) {
  const clock = fakeClock()
  const events: TokenEvent[] = []
  const onEvent = (event: TokenEvent): void => void events.push(event)
  const auth = tokenratchet({ secret, autoRefresh: true, now: clock.now, onEvent })
  const app = framework()
  build(app, auth)
  app.use(auth.errorHandler())
  const { accessToken, refreshToken } = await auth.tokens.issue({ subject: 'ada' })
  const browser = new Browser(await listen(t, app), [
    [names.access, accessToken],
    [names.refresh, refreshToken],
  ])
  clock.advance('11m')
  events.length = 0
  return { browser, events, clock }
}

rule('two guards of one request refresh once', async (t, framework) => {
  const { browser, events } = await expired(t, framework, (app, auth) => {
    app.use(auth.middleware, auth.optional)
    app.get('/me', auth.authenticate, auth.require({ introspect: true }), who)
  })
  const answer = await browser.get('/me')
  t.same([answer.status, answer.json(), namesOf(answer.cookies)], [200, { user: 'ada' }, both])
  t.match(events, [{ type: 'refreshed' }])
  t.equal(events.length, 1)
  events.length = 0
  const refused = await send(browser.port, { url: '/me', headers: { cookie: `${names.refresh}=x` } })
  t.same([refused.status, refused.cookies, events.length], [401, [], 1])
})

rule(
  'a guard is no way around itself: handlers at the paths of token routes stay guarded',
  async (t, framework) => {
    const { browser } = await expired(t, framework, (app, auth) => {
      const admin = framework.Router()
      admin.get('/auth/sessions', auth.require({ scope: 'admin' }), (_request, response) => {
        response.json({ secret: true })
      })
      app.use('/admin', admin)
      const all = framework.Router()
      all.use(auth.authenticate)
      all.get('/auth/sessions', (_request, response) => {
        response.json({ secret: true })
      })
      app.use('/all', all)
      app.use('/api', auth.middleware)
      app.get('/auth/sessions', auth.authenticate, who)
    })
    for (const url of ['/admin/auth/sessions', '/all/auth/sessions', '/auth/sessions']) {
      const answer = await send(browser.port, { url })
      t.equal(answer.status, 401, url)
      t.notMatch(answer.text, /secret/)
    }
    t.equal((await browser.get('/admin/auth/sessions')).status, 403)
    t.same((await browser.get('/auth/sessions')).json(), { user: 'ada' })
  },
)

rule('sendFile, its 304 and its HEAD carry the cookies', async (t, framework) => {
  const { browser, clock } = await expired(t, framework, (app, auth) => {
    app.use(auth.middleware, auth.authenticate)
    app.get('/file', (_request, response) => {
      response.sendFile(fileURLToPath(import.meta.url), { maxAge: '1h' })
    })
    app.get('/page', (_request, response) => {
      response.set('cache-control', 'public').send('page')
    })
  })
  for (const url of ['/file', '/page']) {
    for (const method of ['GET', 'HEAD']) {
      const first = await browser.send({ method, url })
      t.same([first.status, namesOf(first.cookies)], [200, both], `${method} ${url}`)
      clock.advance('11m')
      const headers = { 'if-none-match': first.headers.etag ?? '' }
      const second = await browser.send({ method, url, headers })
      t.same([second.status, namesOf(second.cookies)], [304, both])
      t.same(
        [first, second].map(({ headers }) => headers['cache-control']),
        ['no-store', 'no-store'],
      )
      clock.advance('11m')
    }
  }
})

rule(
  'others that wait for the headers set theirs too, in front of the guard and behind it',
  async (t, framework) => {
    // As express-session and compression do it.
    const setting = (name: string): RequestHandler => {
      return (_request, response, next) => {
        const writeHead = response.writeHead.bind(response)
        response.writeHead = ((...given: Parameters<typeof writeHead>) => {
          const lines = [response.getHeader('set-cookie') ?? []].flat().map(String)
          response.setHeader('set-cookie', [...lines, `${name}=1`])
          return writeHead(...given)
        }) as typeof writeHead
        next()
      }
    }
    const { browser } = await expired(t, framework, (app, auth) => {
      app.use(setting('outer'), auth.middleware, auth.authenticate, setting('inner'))
      app.get('/me', who)
    })
    t.same(namesOf((await browser.get('/me')).cookies).sort(), [...both, 'inner', 'outer'])
  },
)
