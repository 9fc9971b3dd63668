import tokenratchet from '@tokenratchet/express'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { Browser, names, send } from '../../../test/contract/http.js'
import { forwarding, listen, login, rule, secret, who } from './app.js'

const namesOf = (lines: readonly string[]): string[] => lines.map(line => line.split('=')[0] ?? '').sort()

rule('the verbs leave the response to the handler, and its cookies as they are', async (t, framework) => {
  const app = framework()
  app.use(tokenratchet({ secret }).middleware)
  app.post(
    '/first',
    forwarding(async (_request, response) => {
      response.cookie('theme', 'dark').cookie('lang', 'en')
      const body = await response.issueTokens({ subject: 'ada' })
      t.equal(response.headersSent, false)
      response.status(201).json({ name: 'Ada', ...body })
    }),
  )
  app.post(
    '/last',
    forwarding(async (_request, response) => {
      const body = await response.issueTokens({ subject: 'ada' })
      response.cookie('theme', 'light').json(body)
    }),
  )
  app.post(
    '/leave',
    forwarding(async (_request, response) => {
      response.setHeader('set-cookie', 'theme=dark')
      await response.revokeTokens()
      t.equal(response.headersSent, false)
      response.clearCookie('lang').sendStatus(205)
    }),
  )
  const browser = new Browser(await listen(t, app))
  const first = await browser.post('/first')
  t.match([first.status, first.json()], [201, { name: 'Ada', expires_in: 600 }])
  t.same(namesOf(first.cookies), [names.access, names.refresh, 'lang', 'theme'])
  t.same(namesOf((await browser.post('/last')).cookies), [names.access, names.refresh, 'theme'])
  const left = await browser.post('/leave')
  t.equal(left.status, 205)
  t.same(namesOf(left.cookies), [names.access, names.refresh, 'lang', 'theme'])
  t.same([...browser.cookies], [['theme', 'dark']])
})

rule('once the headers are sent the verbs reject, and the server goes on', async (t, framework) => {
  const app = framework()
  const rejections: unknown[] = []
  const auth = tokenratchet({ secret })
  app.use(auth.middleware)
  const late: RequestHandler = async (_request, response) => {
    response.end('sent')
    const verbs = [response.issueTokens({ subject: 'ada' }), response.revokeTokens()]
    for (const result of await Promise.allSettled(verbs)) {
      rejections.push(result.status === 'rejected' ? result.reason : result)
    }
  }
  app.post('/late', late)
  app.get('/alive', who)
  const browser = new Browser(await listen(t, app))
  const answer = await browser.post('/late')
  t.match(answer, { status: 200, text: 'sent', cookies: [] })
  t.equal((await browser.get('/alive')).status, 200)
  t.match(rejections, [{ message: /^issueTokens was too late/ }, { message: /^revokeTokens was too late/ }])
  t.same(await auth.tokens.sessions('ada'), [], 'no session begins whose tokens nobody has')
})

rule(
  'a token route answers once, without what other middleware has put into the way',
  async (t, framework) => {
    const app = framework()
    const auth = tokenratchet({ secret })
    app.use((_request, response, next) => {
      response.status(418).type('text').cookie('theme', 'dark')
      next()
    })
    app.use(auth.middleware)
    const { port } = await listen(t, app)
    const { refreshToken } = await auth.tokens.issue({ subject: 'ada', transport: 'body' })
    const payload = { grant_type: 'refresh_token', refresh_token: refreshToken }
    const answer = await send(port, { method: 'POST', url: '/auth/refresh', payload })
    t.equal(answer.status, 200)
    t.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
    t.match(answer.json(), { token_type: 'Bearer' })
    t.same(namesOf(answer.cookies), ['theme'])
  },
)

rule('it answers the same whatever the settings of the application are', async (t, framework) => {
  const app = framework()
  app.set('json spaces', 2)
  app.set('etag', false)
  app.set('case sensitive routing', true)
  app.use(tokenratchet({ secret }).middleware)
  app.post('/login', login)
  const browser = new Browser(await listen(t, app))
  await browser.post('/login')
  t.equal((await browser.post('/auth/refresh')).text, '{"expires_in":600}')
})

rule('tokens stay out of a list of cookies that the application gives to everybody', async (t, framework) => {
  const app = framework()
  const cookies = Object.freeze(['theme=dark', 'lang=en']) as string[]
  app.use(tokenratchet({ secret }).middleware)
  app.post('/login', (_request, response, next) => {
    response.setHeader('set-cookie', cookies)
    response.issueTokens({ subject: 'ada' }).then(body => response.json(body), next)
  })
  app.get('/', (_request, response) => {
    response.setHeader('set-cookie', cookies)
    response.json({})
  })
  const server = await listen(t, app)
  t.equal((await new Browser(server).post('/login')).cookies.length, 4)
  t.same((await new Browser(server).get('/')).cookies, ['theme=dark', 'lang=en'])
})

rule('a route that answers after a timeout has answered for it stays silent', async (t, framework) => {
  const app = framework()
  const errors: unknown[] = []
  const auth = tokenratchet({ secret })
  let finish = () => {}
  const finished = new Promise<void>(resolve => {
    finish = resolve
  })
  app.use((request, response, next) => {
    if (request.path === '/auth/logout') {
      response.status(503).end('too late')
    }
    next()
  })
  app.use(auth.middleware)
  app.use(((error, _request, _response, _next) => void errors.push(error)) as ErrorRequestHandler)
  app.get('/done', (_request, response) => {
    response.json({})
    finish()
  })
  const browser = new Browser(await listen(t, app))
  t.equal((await browser.post('/auth/logout')).status, 503)
  await browser.get('/done')
  await finished
  t.same(errors, [])
})
