import { type Store, TokenError } from '@tokenratchet/core'
import { Browser, essence, names } from './http.js'
import { rule, stateOf } from './rule.js'

const json = (text: string): Record<string, string> => ({
  'content-type': 'application/json; charset=utf-8',
  'content-length': `${text.length}`,
})

/** What a token route answers while the store is down: RFC 6749's body. */
const ofRoute = JSON.stringify({
  error: 'temporarily_unavailable',
  error_description: 'Sessions are temporarily unavailable: try again',
})

/** What becomes of the error in a handler. */
const ofHandler = JSON.stringify({
  statusCode: 503,
  code: 'ERR_STORE_UNAVAILABLE',
  error: 'Service Unavailable',
  message: 'Sessions are temporarily unavailable: try again',
})

const routeAnswer = {
  status: 503,
  headers: { 'cache-control': 'no-store', 'retry-after': '1', ...json(ofRoute) },
  text: ofRoute,
}
const handlerAnswer = { status: 503, headers: { 'retry-after': '1', ...json(ofHandler) }, text: ofHandler }

rule(
  'R26: while the store is down, refresh, log-out and login are 503 with Retry-After, cookies untouched',
  async (t, world) => {
    const app = await world.start()
    const browser = new Browser(app)
    await browser.login('ada')
    const cookies = new Map(browser.cookies)
    world.store.isDown = true
    world.events.length = 0
    const requests: [url: string, answer: object, payload?: object][] = [
      ['/auth/refresh', routeAnswer],
      ['/auth/logout', routeAnswer],
      ['/leave', handlerAnswer],
      ['/login', handlerAnswer, { subject: 'ada' }],
      ['/login', handlerAnswer, { subject: 'grace' }],
    ]
    for (const [url, expected, payload] of requests) {
      t.strictSame(essence(await browser.post(url, payload)), expected, url)
    }
    t.same(
      world.events.map(({ type }) => type),
      Array(requests.length).fill('store_unavailable'),
    )
    t.same((await browser.get('/me')).json(), { user: 'ada' }, 'guarded routes go on')
    t.same((await browser.get('/maybe')).json(), { user: 'ada' })
    t.same(browser.cookies, cookies)

    world.store.isDown = false
    t.equal((await stateOf(app, 'ada')).length, 1)
    t.equal((await browser.post('/auth/refresh')).status, 200, 'nobody was logged out')
  },
)

rule('R8: what is refused before the store is asked is refused while it is down', async (t, world) => {
  const app = await world.start()
  const forger = (): Browser => new Browser(app, [[names.refresh, 'x'.repeat(100)]])
  world.store.isDown = true
  t.equal((await forger().post('/auth/refresh')).status, 400)
  t.equal((await new Browser(app).post('/auth/refresh')).status, 400)
  t.equal((await forger().post('/auth/logout')).status, 204)
})

rule('R26: a store that throws whatever it likes is down too', async (t, world) => {
  const faults = [
    new Error('boom'),
    new TypeError('boom'),
    new TokenError('ERR_INVALID_GRANT'),
    'boom',
    undefined,
  ]
  for (const fault of faults) {
    let fails = false
    const store: Store = new Proxy(world.store, {
      get: (target, name) => (fails ? () => Promise.reject(fault) : Reflect.get(target, name)),
    })
    const browser = new Browser(await world.start({ store }))
    await browser.login('ada')
    fails = true
    t.strictSame(essence(await browser.post('/auth/refresh')), routeAnswer, `${fault}`)
    t.strictSame(essence(await browser.post('/leave')), handlerAnswer, `${fault}`)
  }
})
