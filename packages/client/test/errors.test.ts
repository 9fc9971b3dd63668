// What fetch(), refresh() and logout() reject with: the platform's errors as they are, and one class of the client's own.
import { ClientError } from '../src/index.js'
import type { Fate } from './network.js'
import { replace, rule } from './world.js'

const ends = { cookie: '/auth/logout', body: '/auth/revoke' }

const answer = (status: number, body: string | null = ''): Fate => {
  return () => new Response(body, { status, headers: { 'retry-after': '60' } })
}

rule('fetch rejects with a ClientError if no answer to the refresh comes in 10 seconds', async (t, world) => {
  const { client } = await world.signedIn()
  world.sleep()
  world.refreshIs('hang')
  const before = performance.now()
  const error = await world.until(client.fetch('/me').catch(error => error))
  t.ok(error instanceof ClientError && error instanceof Error)
  t.match(error, {
    name: 'ClientError',
    code: 'timeout',
    message: 'https://app.example/auth/refresh: timeout',
  })
  t.equal(error.cause.name, 'AbortError', 'which the application does not take for its own')
  const took = performance.now() - before
  t.ok(took >= 10_000 && took < 10_500, `${took}`)
})

rule('an application that aborts gets its own reason, and nothing else', async (t, world) => {
  const { client } = await world.signedIn()
  const mine = new Error('enough')
  for (const path of ['/auth/refresh', ends[world.transport]]) {
    world.sleep()
    world.always(path, 'hang')
    path === '/auth/refresh' || void client.logout()
    const controller = new AbortController()
    const request = client.fetch('/me', { signal: controller.signal })
    await world.pass(1)
    controller.abort(mine)
    await t.rejects(request, mine)
    await t.rejects(client.fetch('/me', { signal: AbortSignal.abort(mine) }), mine)
    await world.pass(30)
  }
})

/** What the refresh meets, and what the callers are told. */
const failures: [name: string, Fate, fetch: object, refresh: object][] = [
  [
    'no network',
    'lost',
    { name: 'TypeError', message: 'Failed to fetch' },
    { code: 'network', cause: { message: 'Failed to fetch' } },
  ],
  ['no answer', 'hang', { name: 'ClientError', code: 'timeout' }, { code: 'timeout' }],
  ['a 503', answer(503, 'trouble'), { status: 503 }, { code: 503, cause: { status: 503 } }],
  ['a 429', answer(429, 'slowly'), { status: 429 }, { code: 429, cause: { status: 429 } }],
  ['a 404', answer(404), { name: 'ClientError', code: 404 }, { code: 404, cause: { status: 404 } }],
  ['a page', answer(200, '<h1>'), { name: 'ClientError', code: 200 }, { code: 200, cause: { status: 200 } }],
  ['an empty answer', answer(204, null), { name: 'ClientError', code: 204 }, { code: 204 }],
]

for (const [name, fate, fetched, refreshed] of failures) {
  rule(`what callers are told of a refresh that meets ${name}`, async (t, world) => {
    const { client, events } = await world.signedIn()
    world.sleep()
    world.refreshIs(fate)
    t.match(await world.until(client.fetch('/me').catch(error => error)), fetched)
    await world.pass(100)
    const error = await world.until(client.refresh().catch(error => error))
    t.match(error, { name: 'ClientError', ...refreshed })
    t.strictSame(events, [])
  })
}

rule('refresh tells what the server said', async (t, world) => {
  const { client } = await world.signedIn()
  world.refreshIs(answer(503, '{"error":"temporarily_unavailable"}'))
  const error: ClientError = await world.until(client.refresh().catch(error => error))
  t.equal((error.cause as Response).headers.get('retry-after'), '60')
  t.equal(await error.body?.text(), '{"error":"temporarily_unavailable"}')
  t.equal(error.message, 'https://app.example/auth/refresh: 503')
  const { status } = await world.until(client.fetch('/me'))
  t.equal(status, 200, 'and the session goes on')
})

rule('refresh tells that the session is over', async (t, world) => {
  const { client } = await world.signedIn()
  await world.app.tokens.revokeAll('ann')
  await t.rejects(world.until(client.refresh()), { name: 'ClientError', code: 'signedout' })
})

rule('until the server knows of a log-out, fetch and refresh tell what it met', async (t, world) => {
  const { client } = await world.signedIn()
  world.always(ends[world.transport], 'hang')
  await world.until(client.logout())
  const expected = {
    name: 'ClientError',
    code: 'timeout',
    message: new RegExp(`${ends[world.transport]}: timeout$`),
  }
  await t.rejects(world.until(client.fetch('/me')), expected)
  await t.rejects(world.until(client.refresh()), expected)
  t.equal(world.count('/me'), 0)
  t.equal(world.refreshes, 0)
})

rule('a log-out that waits for a network rejects nothing', async (t, world) => {
  const { client } = await world.signedIn()
  for (const fate of ['lost', 'hang', answer(503), answer(200, '<h1>')] as const) {
    world.always(ends[world.transport], fate)
    t.equal(await world.until(client.logout()), undefined)
  }
})

rule('what sends requests is looked up at each of them', async (t, world) => {
  const { client, get } = world.tab({ fetch: undefined } as never)
  const restore = replace(globalThis, 'fetch', world.fetch)
  try {
    client.signedIn(await world.login('ann'))
    world.sleep()
    t.equal(await world.until(get()), 200)
    t.equal(world.refreshes, 1)
    const mocked: string[] = []
    globalThis.fetch = input => {
      mocked.push(`${input}`)
      return Promise.resolve(Response.json({ expires_in: 600 }))
    }
    await client.fetch('/mock')
    await world.until(client.refresh())
    t.strictSame(mocked, ['/mock', 'https://app.example/auth/refresh'])
  } finally {
    restore()
  }
})

rule(
  'refresh takes one turn, and waits once for a frozen tab that has it',
  async (t, world) => {
    const { client } = await world.signedIn()
    await world.until(client.refresh())
    t.equal(world.locks.requests, 1)
    void world.locks.request('tokenratchet https://app.example/auth/refresh', () => new Promise(() => {}))
    const before = performance.now()
    await world.until(client.refresh())
    const took = performance.now() - before
    t.ok(took >= 3000 && took < 3300, `${took}`)
  },
  { transport: 'cookie' },
)

rule('a fetch that rejects with nothing is an error of the network', async (t, world) => {
  const { client } = await world.signedIn()
  world.refreshIs(() => Promise.reject(undefined))
  await t.rejects(world.until(client.refresh()), { code: 'network' })
})
