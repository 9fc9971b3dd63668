import type { AppRoute } from './app.js'
import { Browser } from './http.js'
import { rule } from './rule.js'

const handle: AppRoute['handle'] = ({ claims }) => ({ body: { user: claims().sub } })

const routes: readonly AppRoute[] = [
  { method: 'GET', path: '/guarded', auth: true, handle },
  { method: 'GET', path: '/scoped', auth: { introspect: true }, handle },
  { method: 'GET', path: '/optional', auth: 'optional', handle },
  { method: 'GET', path: '/forgotten', handle },
]

rule('R37: claimsOf has the claims of a guarded request', async (t, world) => {
  const browser = new Browser(await world.start({}, { routes }))
  await browser.login('ada')
  for (const url of ['/guarded', '/scoped', '/optional']) {
    t.same((await browser.get(url)).json(), { user: 'ada' }, url)
  }
})

rule(
  'R37: claimsOf throws where no guard ran, and names the PUBLIC route to the operator alone',
  async (t, world) => {
    const app = await world.start({}, { routes })
    const browser = new Browser(app)
    for (const isSignedIn of [false, true]) {
      if (isSignedIn) {
        await browser.login('ada')
      }
      const answer = await browser.get('/forgotten')
      t.equal(answer.status, 500)
      t.notMatch(answer.text, /PUBLIC/)
      t.match((app.errors as Error[]).pop()?.message, /^no guard ran for this request/)
    }
    const warnings = world.events.filter(({ type }) => type === 'config_warning')
    const message = /^A route is PUBLIC: add .* to GET \/forgotten$/
    t.match(warnings, [{ code: 'guard_missing', message }])
    t.equal(warnings.length, 1, 'as strangers cause it')
  },
)

rule('R37: behind an optional guard claimsOf is a 401 with a challenge for nobody', async (t, world) => {
  const app = await world.start({}, { routes })
  const answer = await new Browser(app).get('/optional')
  t.same([answer.status, answer.headers['www-authenticate']], [401, 'Bearer'])
  t.equal(answer.json().code, 'ERR_ACCESS_TOKEN_MISSING')
  t.match(world.events, [{ type: 'refused', credential: 'access_token', reason: 'missing' }])
})

rule('R32: what the guard has refused, claimsOf refuses again without a second event', async (t, world) => {
  const app = await world.start({}, { routes })
  const browser = new Browser(app)
  await browser.login('ada')
  world.clock.advance('11m')
  world.events.length = 0
  const answer = await browser.get('/optional')
  t.same([answer.status, answer.json().code], [401, 'ERR_ACCESS_TOKEN_EXPIRED'])
  t.match(answer.headers['www-authenticate'], /expired/)
  t.match(world.events, [{ type: 'refused', reason: 'expired' }])
  t.equal(world.events.length, 1)
})
