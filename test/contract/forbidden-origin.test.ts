import { Browser, send } from './http.js'
import { beforeTheStore, rule, type World } from './rule.js'

/** Routes that a page of another site is refused at. */
const refused = [
  { method: 'POST', url: '/login', payload: { subject: 'mallory' } },
  { method: 'POST', url: '/leave' },
  { method: 'POST', url: '/me' },
  { method: 'POST', url: '/auth/refresh' },
  { method: 'POST', url: '/auth/logout' },
  { method: 'POST', url: '/auth/logout-all' },
]

const eventOf = ({ events }: World): unknown => events.find(({ type }) => type === 'refused')

rule(
  'R16, R18: a forbidden origin is in the event with the host, and in no answer',
  async (t, world) => {
    const app = await world.start()
    const browser = new Browser(app)
    await browser.login('ada')
    const host = `127.0.0.1:${app.port}`
    for (const { method, url, ...rest } of refused) {
      world.events.length = 0
      const headers = { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }
      const answer = await browser.send({ method, url, headers, ...rest })
      t.equal(answer.status, 403, url)
      t.strictSame(eventOf(world), {
        type: 'refused',
        credential: 'cookie',
        reason: 'forbidden_origin',
        origin: 'https://evil.test',
        host,
      })
      t.notOk(/evil|127\.0\.0\.1/.test(JSON.stringify(answer.headers) + answer.text))
      t.match(
        answer.text,
        'This request may come from a page of another origin. List that origin in the option trustedOrigins; a program that is not a browser sends X-Requested-With',
      )
    }
  },
  beforeTheStore,
)

rule(
  'the host in the event is the one that was compared with the origin',
  async (t, world) => {
    const app = await world.start({}, { trustProxy: true })
    const headers = { origin: 'https://shop.test', 'x-forwarded-host': 'intern.test' }
    const sent = { method: 'POST', url: '/login', payload: { subject: 'ada' }, headers }
    t.equal((await send(app.port, sent)).status, 403)
    t.match(eventOf(world), { origin: 'https://shop.test', host: 'intern.test' })
  },
  beforeTheStore,
)

rule(
  'the event has the beginning of a long origin, and no origin where there was no header',
  async (t, world) => {
    const app = await world.start()
    const long = `https://${'x'.repeat(1000)}.test`
    const sent = { method: 'POST', url: '/login', payload: { subject: 'ada' } }
    t.equal((await send(app.port, { ...sent, headers: { origin: long } })).status, 403)
    t.match(eventOf(world), { origin: long.slice(0, 255) })
    world.events.length = 0
    t.equal((await send(app.port, { ...sent, headers: { 'sec-fetch-site': 'cross-site' } })).status, 403)
    t.notOk('origin' in Object(eventOf(world)))
  },
  beforeTheStore,
)
