import { Browser } from './http.js'
import { rule, stateOf } from './rule.js'

const urls = ['/auth/refresh', '/auth/logout', '/auth/revoke'] as const

rule(
  'R1: the routes take POST; other methods are answered 405 with Allow, and change nothing',
  async (t, world) => {
    const app = await world.start()
    const browser = new Browser(app)
    await browser.login('ada')
    const before = await stateOf(app, 'ada')
    world.clock.advance(1)
    for (const url of urls) {
      for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'TRACE']) {
        const answer = await browser.send({ method, url })
        t.equal(answer.status, 405, `${method} ${url}`)
        t.match(answer.headers, { allow: /^POST$/, 'cache-control': 'no-store' })
        t.same(answer.cookies, [])
        t.equal(
          answer.text,
          method === 'HEAD' ? '' : '{"error":"invalid_request","error_description":"This route takes POST"}',
        )
      }
      const options = await browser.send({ method: 'OPTIONS', url })
      t.equal(options.status, 404, 'left to the application, and to CORS')
      t.same(options.cookies, [])
    }
    t.same(await stateOf(app, 'ada'), before)
    t.same(
      world.events.map(({ type }) => type),
      ['issued'],
    )
    t.equal((await browser.post('/auth/refresh')).status, 200)
    t.equal((await browser.post('/auth/logout')).status, 204)
  },
)

rule('refusals of the routes are answers, not errors of the application', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  for (const url of ['/auth/refresh', '/auth/revoke']) {
    const answer = await browser.post(url)
    t.match([answer.status, answer.json()], [400, { error: 'invalid_request' }], url)
  }
  const headers = { 'sec-fetch-site': 'cross-site' }
  t.equal((await browser.send({ method: 'POST', url: '/auth/logout', headers })).status, 403)
  t.same(app.errors, [])
})
