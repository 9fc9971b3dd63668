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
  'R37: claimsOf throws where no guard ran, signed in or not, and says which route is PUBLIC',
  async (t, world) => {
    const app = await world.start({}, { routes })
    const browser = new Browser(app)
    for (const subject of [undefined, 'ada']) {
      if (subject !== undefined) {
        await browser.login(subject)
      }
      t.equal((await browser.get('/forgotten')).status, 500)
      t.match((app.errors as Error[]).pop()?.message, /^no guard ran .* PUBLIC: add .* to GET \/forgotten$/)
    }
  },
)

rule('R37: behind an optional guard nobody is 401 with a challenge, not undefined', async (t, world) => {
  const app = await world.start({}, { routes })
  const answer = await new Browser(app).get('/optional')
  t.same([answer.status, answer.headers['www-authenticate']], [401, 'Bearer'])
  t.equal(answer.json().code, 'ERR_ACCESS_TOKEN_MISSING')
  t.match(world.events, [{ type: 'refused', credential: 'access_token', reason: 'missing' }])
})
