// What a server answers to a log-out: heard, refused for good, or to be tried again.
import type { ClientError } from '../src/index.js'
import type { Fate } from './network.js'
import { rule, type Tab } from './world.js'

const ends = { cookie: '/auth/logout', body: '/auth/revoke' }
const page = '<!doctype html><title>Welcome to our hotel</title>'

const answer = (status: number, body: BodyInit | null = '', headers: Record<string, string> = {}): Fate => {
  return () => new Response(body, { status, headers })
}

const unheard: [string, Fate][] = [
  ['400', answer(400, '{"error":"invalid_request"}')],
  ['401', answer(401)],
  ['408', answer(408)],
  ['413', answer(413)],
  ['421', answer(421)],
  ['425', answer(425)],
  ['429', answer(429, '', { 'retry-after': '1' })],
  ['500', answer(500)],
  ['503', answer(503)],
  ['the page of a captive portal', answer(200, page, { 'content-type': 'text/html' })],
  [
    'the page of a single-page application',
    answer(200, page, { 'content-type': 'text/html; charset=utf-8' }),
  ],
  ['a page without a type', answer(200, new Blob([page]))],
  ['a page of a service worker', answer(203, page, { 'content-type': 'text/html' })],
  ['a redirect', answer(307, null, { location: 'https://other.example/' })],
  ['no network', 'lost'],
  ['no answer', 'hang'],
]

for (const [name, fate] of unheard) {
  rule(`a log-out that meets this is sent again, until the server hears it: ${name}`, async (t, world) => {
    const { client, events } = await world.signedIn()
    world.always(ends[world.transport], fate)
    await world.until(client.logout())
    await world.pass(30)
    t.strictSame(events, ['signedout'])
    t.equal((await world.app.tokens.sessions('ann')).length, 1)
    world.always(ends[world.transport], undefined)
    await world.pass(95)
    t.strictSame(await world.app.tokens.sessions('ann'), [])
    t.strictSame(events, ['signedout'])
  })
}

rule(
  'with tokens in cookies, a 200 without a body is not the answer of the log-out route either',
  async (t, world) => {
    const { client } = await world.signedIn()
    world.always(ends.cookie, answer(200, null))
    await world.until(client.logout())
    world.always(ends.cookie, undefined)
    await world.pass(2)
    t.strictSame(await world.app.tokens.sessions('ann'), [])
  },
  { transport: 'cookie' },
)

for (const status of [403, 404, 405]) {
  rule(`a ${status} to a log-out is told, and locks nobody out`, async (t, world) => {
    const tab = await world.signedIn()
    const failures = failuresOf(tab)
    const path = ends[world.transport]
    world.always(path, answer(status, '{"error":"no"}'))
    const error = await world.until(tab.client.logout().catch((error: ClientError) => error))
    t.match(error, { name: 'ClientError', code: status, message: new RegExp(`${path}: ${status}$`) })
    t.strictSame(failures, [error])
    t.equal(await error?.body?.text(), '{"error":"no"}')
    await world.pass(300)
    t.equal(world.count(path), 1, 'and it is not sent again')
    t.equal((await world.until(tab.client.fetch('/password', { method: 'POST' }))).status, 401)
    t.equal(world.count('/password'), 1)
    t.strictSame(tab.events, ['signedout', 'logoutfailed'])
  })

  rule(
    `a ${status} is told by the tab that met it, after the next load of a page too`,
    async (t, world) => {
      const before = await world.signedIn()
      world.isOffline = true
      await world.until(before.client.logout())
      world.closeAll()
      world.isOffline = false
      world.always('/auth/logout', answer(status))
      const tab = world.tab()
      const other = world.tab()
      await world.pass(1)
      t.strictSame(
        [...tab.events, ...other.events].filter(type => type === 'logoutfailed'),
        ['logoutfailed'],
      )
      t.equal(world.count('/auth/logout'), 2, 'one attempt offline and one more')
      t.strictSame(await world.until(Promise.all([tab.get(), other.get()])), [200, 200])
    },
    { transport: 'cookie' },
  )
}

rule('a log-out is tried for a day, and given up then', async (t, world) => {
  const tab = await world.signedIn()
  const failures = failuresOf(tab)
  const path = ends[world.transport]
  world.always(path, answer(503))
  await world.until(tab.client.logout())
  await world.pass(100)
  world.clock.setSystemTime(Date.now() + 23 * 3_600_000)
  await world.pass(100)
  t.strictSame(failures, [])
  world.clock.setSystemTime(Date.now() + 3_600_000)
  await world.pass(100)
  t.match(failures, [{ name: 'ClientError', code: 503 }])
  const count = world.count(path)
  await world.pass(200)
  t.equal(world.count(path), count)
  t.equal((await world.until(tab.client.fetch('/password', { method: 'POST' }))).status, 401)
})

for (const jump of [-400, -1, 2, 400]) {
  rule(`a clock that jumps by ${jump} days does not lose a log-out`, async (t, world) => {
    const tab = await world.signedIn()
    world.always(ends[world.transport], answer(503))
    await world.until(tab.client.logout())
    world.clock.setSystemTime(Date.now() + jump * 86_400_000)
    await world.pass(60)
    t.notOk(tab.events.includes('logoutfailed'))
    world.always(ends[world.transport], undefined)
    await world.pass(60)
    t.strictSame(await world.app.tokens.sessions('ann'), [])
  })
}

rule(
  'nor does a clock that jumps while no page is open',
  async (t, world) => {
    const { client } = await world.signedIn()
    world.isOffline = true
    await world.until(client.logout())
    world.closeAll()
    world.clock.setSystemTime(Date.now() + 400 * 86_400_000)
    const tab = world.tab()
    await world.pass(60)
    t.notOk(tab.events.includes('logoutfailed'))
    world.isOffline = false
    await world.pass(101)
    t.strictSame(await world.app.tokens.sessions('ann'), [])
  },
  { transport: 'cookie' },
)

rule('a log-in supersedes a log-out that was not heard', async (t, world) => {
  const tab = await world.signedIn()
  world.always(ends[world.transport], answer(421))
  await world.until(tab.client.logout())
  await world.signedIn('ben', tab)
  world.always(ends[world.transport], undefined)
  await world.pass(300)
  t.equal(await world.until(tab.get()), 200)
  t.equal((await world.app.tokens.sessions('ben')).length, 1)
  t.strictSame(
    tab.events.filter(type => type !== 'refreshed'),
    [],
  )
})

rule(
  'a token in memory is revoked all the same when somebody signs in: no log-in ends its session',
  async (t, world) => {
    const tab = await world.signedIn()
    world.isOffline = true
    await world.until(tab.client.logout())
    world.isOffline = false
    await world.signedIn('ben', tab)
    await world.pass(5)
    t.strictSame(await world.app.tokens.sessions('ann'), [])
    t.equal(await world.until(tab.get()), 200)
  },
  { transport: 'body' },
)

function failuresOf({ client }: Tab): ClientError[] {
  const failures: ClientError[] = []
  client.addEventListener('logoutfailed', ({ detail }) => void failures.push(detail))
  return failures
}
