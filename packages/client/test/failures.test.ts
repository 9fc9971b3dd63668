// A refresh that brings no answer ends nothing: the session goes on, and the server is asked again, later each time.

import fc from 'fast-check'
import { runs } from '../../../test/helpers/effort.js'
import type { Fate } from './network.js'
import { rule } from './world.js'

const answer = (status: number, body: BodyInit = '', headers: Record<string, string> = {}): Fate => {
  return () => new Response(body, { status, headers })
}
const html = { 'content-type': 'text/html; charset=utf-8' }

const troubles: [string, Fate][] = [
  ['503', answer(503, '{"error":"temporarily_unavailable"}')],
  ['503 with Retry-After', answer(503, '', { 'retry-after': '1' })],
  ['502 of a proxy', answer(502, '<h1>Bad gateway</h1>', html)],
  ['429', answer(429, '', { 'retry-after': '2' })],
  ['no network', 'lost'],
  ['no answer', 'hang'],
  ['the page of a captive portal', answer(200, '<h1>Welcome to our hotel</h1>', html)],
  ['a redirect to a captive portal', answer(302, '', { location: 'https://other.example/' })],
  ['403 of a firewall', answer(403, '<h1>No</h1>', html)],
  ['403 for the origin', answer(403, '{"error":"invalid_request"}')],
  ['404', answer(404, '{"error":"Not Found"}')],
  ['413', answer(413, '{"error":"invalid_request"}')],
  ['400 of a proxy', answer(400, '<h1>Bad request</h1>', html)],
  ['another error of RFC 6749', answer(400, '{"error":"unsupported_grant_type"}')],
  ['null', answer(200, 'null')],
  ['no seconds', answer(200, '{}')],
  ['seconds that make no sense', answer(200, '{"expires_in":-1}')],
]

for (const [name, fate] of troubles) {
  rule(`nobody is signed out by a refresh that meets ${name}`, async (t, world) => {
    const { client, events, get } = await world.signedIn()
    world.sleep()
    world.refreshIs(fate)
    const result = await world.until(client.fetch('/me').catch(error => error as Error))
    if (result instanceof Error) {
      t.ok(result.message)
    } else {
      t.ok(result.status > 428, `${result.status}: never a 401`)
      t.type(await result.text(), 'string')
    }
    const { refreshes } = world
    await world.until(Promise.all(Array.from({ length: 8 }, () => get().catch(() => {}))))
    const more = world.refreshes - refreshes
    t.ok(more < 5, `${more} refreshes for 8 requests`)
    t.strictSame(events, [])

    world.refreshIs(undefined)
    await world.pass(101)
    t.equal(await world.until(get()), 200, 'with the same token')
    t.strictSame(events, ['refreshed'])
    t.strictSame(
      world.channels.messages.filter(message => `${message}`.startsWith('signedout')),
      [],
    )
  })
}

rule('a token that still works is used, though there can be no new one', async (t, world) => {
  const { get } = await world.signedIn()
  await world.pass(545)
  world.refreshIs(answer(503))
  for (let second = 0; second < 30; second++) {
    t.equal(await get(), 200, 'and nobody waits')
    await world.pass(1)
  }
  t.ok(world.refreshes <= 6, `${world.refreshes} refreshes, later each time`)
})

rule('a request that waits waits for seconds, not for the end of an outage', async (t, world) => {
  const { client } = await world.signedIn()
  world.sleep()
  world.refreshIs(answer(503, 'trouble', { 'retry-after': '60' }))
  const before = performance.now()
  const response = await world.until(client.fetch('/me'))
  t.equal(response.status, 503)
  t.ok(performance.now() - before < 6000)
})

rule('a 503 that came beside a request can be read long after', async (t, world) => {
  const { client, get } = await world.signedIn()
  await world.pass(545)
  world.refreshIs(answer(503, 'trouble', { 'retry-after': '60' }))
  t.equal(await get(), 200)
  await world.pass(15)
  world.sleep()
  const response = await world.until(client.fetch('/me'))
  t.equal(response.status, 503)
  t.equal(await response.text(), 'trouble')
  t.equal(world.refreshes, 1)
})

rule(
  'the time between refreshes grows to at most 90 seconds, and a success begins anew',
  async (t, world) => {
    const { get } = await world.signedIn()
    const times: number[] = []
    world.sleep()
    world.refreshIs(() => {
      times.push(performance.now())
      return new Response(null, { status: 503, headers: { 'retry-after': '1' } })
    })
    for (let second = 0; second < 900; second += 5) {
      const request = get()
      await world.pass(5)
      t.equal(await world.until(request), 503)
    }
    const gaps = times.slice(1).map((time, index) => (time - (times[index] ?? 0)) / 1000)
    t.ok(gaps.length > 10 && gaps.length < 30, `${gaps.length + 1} refreshes in a quarter of an hour`)
    t.ok(Math.max(...gaps) < 97)
    t.ok((gaps[0] ?? 0) >= 1, 'Retry-After')
    t.ok(Math.min(...gaps.slice(7)) >= 59.9)
    world.refreshIs(undefined)
    await world.pass(101)
    t.equal(await world.until(get()), 200)
    world.sleep()
    world.next('/auth/refresh', answer(503))
    const before = performance.now()
    t.equal(await world.until(get()), 200)
    t.ok(performance.now() - before < 1500)
  },
  { transport: 'cookie' },
)

/** What the server says, and within which seconds it is asked again. */
const asked: [string, number, number][] = [
  ['3', 3, 4.7],
  ['0', 0.5, 0.95],
  ['-5', 0.5, 0.95],
  ['soon', 0.5, 0.95],
  ['Wed, 21 Oct 2099 07:28:00 GMT', 0.5, 0.95],
  ['86400', 60, 90.2],
]

for (const [value, least, most] of asked) {
  rule(
    `Retry-After: ${value} means ${least} to ${most} seconds`,
    async (t, world) => {
      const { get } = await world.signedIn()
      world.sleep()
      world.next('/auth/refresh', answer(503, '', { 'retry-after': value }))
      const before = performance.now()
      let status = 0
      while (status !== 200) {
        status = await world.until(get())
        if (status === 503) {
          await world.pass(0.1)
        }
      }
      const seconds = (performance.now() - before) / 1000
      t.ok(seconds >= least && seconds <= most, `${seconds}`)
      t.equal(world.refreshes, 2)
    },
    { transport: 'cookie' },
  )
}

rule(
  'of many clients no two come back at once',
  async (t, world) => {
    const random = Math.random
    t.teardown(() => {
      Math.random = random
    })
    const { get } = await world.signedIn()
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 0.99, noNaN: true }), async luck => {
        Math.random = () => luck
        world.sleep()
        world.next('/auth/refresh', answer(503, '', { 'retry-after': '2' }))
        const before = performance.now()
        t.equal(await world.until(get()), 200)
        const expected = 2000 + luck * 1000
        const took = performance.now() - before
        return took > expected - 1 && took <= expected + 250
      }),
      runs(20),
    )
  },
  { transport: 'cookie' },
)
