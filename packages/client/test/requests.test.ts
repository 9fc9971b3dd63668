// What a request is like, and whose business it is.
import { getEventListeners } from 'node:events'
import { origin } from './network.js'
import { replace, rule } from './world.js'

const challenge = { status: 401, headers: { 'www-authenticate': 'Bearer' } }

const bodies: [string, () => NonNullable<RequestInit['body']>, expected: string | RegExp][] = [
  ['text', () => 'a text', 'a text'],
  ['URLSearchParams', () => new URLSearchParams({ a: '1' }), 'a=1'],
  ['FormData', () => formOf('a', '1'), /name="a"\r\n\r\n1\r\n/],
  ['a Blob', () => new Blob(['of ', 'parts']), 'of parts'],
  ['bytes', () => new TextEncoder().encode('bytes'), 'bytes'],
]

for (const [name, body, expected] of bodies) {
  rule(`a request is sent again with its body: ${name}`, async (t, world) => {
    const { client } = await world.signedIn()
    for (const request of [
      () => client.fetch('/echo', { method: 'POST', body: body() }),
      () => client.fetch(new Request(`${origin}/echo`, { method: 'POST', body: body() })),
      () => client.fetch(new URL('/echo', origin), { method: 'POST', body: body() }),
    ]) {
      world.sleep()
      const response = await world.until(request())
      t.equal(response.status, 200)
      t.match(((await response.json()) as { body: string }).body, expected)
    }
    t.equal(world.refreshes, 3)
  })
}

rule('a stream can not be sent again: its 401 comes back, after the refresh', async (t, world) => {
  const { client } = await world.signedIn()
  world.sleep()
  const init = () => ({ method: 'POST', body: new Blob(['stream']).stream(), duplex: 'half' })
  t.equal((await world.until(client.fetch('/echo', init()))).status, 401)
  t.equal(world.refreshes, 1)
  t.equal((await world.until(client.fetch('/echo', init()))).status, 200)
  t.equal(world.refreshes, 1)
})

rule(
  'a Request keeps what it says of itself',
  async (t, world) => {
    const { client } = await world.signedIn()
    const seen: [string, RequestInit | undefined][] = []
    const watching = world.tab({
      fetch: (input, init) => {
        seen.push([(input as Request).referrerPolicy, init])
        return world.fetch(input, init)
      },
    })
    await world.until(watching.client.fetch(new Request(`${origin}/me`, { referrerPolicy: 'no-referrer' })))
    // Members in a second argument would reset some of the first (Fetch, constructor of Request).
    t.strictSame(seen, [['no-referrer', undefined]])
    t.ok(client)
  },
  { transport: 'cookie' },
)

rule('another origin gets no Authorization, and its 401 is its own business', async (t, world) => {
  const { client } = await world.signedIn()
  world.always('/', () => new Response(null, challenge))
  t.equal((await client.fetch('https://other.example/')).status, 401)
  t.equal((await client.fetch(new Request('https://other.example/'))).status, 401)
  t.equal((await client.fetch('http://app.example/')).status, 401, 'another scheme')
  t.equal((await client.fetch('https://app.example:8443/')).status, 401, 'another port')
  t.notOk(world.sent.slice(-4).some(({ headers }) => headers.has('authorization')))
  t.equal(world.refreshes, 0)
})

rule('a redirect to another origin causes no refresh', async (t, world) => {
  const { client } = await world.signedIn()
  world.always('/', () => new Response(null, challenge))
  t.equal((await world.until(client.fetch('/leave'))).status, 401)
  t.equal(world.count('/'), 1)
  t.equal(world.refreshes, 0)
})

rule(
  'where <base> leads to another origin, addresses are relative to that, and no token goes there',
  async (t, world) => {
    const restore = replace(globalThis, 'document', { baseURI: 'https://cdn.example/' })
    const seen: (string | null)[] = []
    const tab = world.tab({
      refreshUrl: `${origin}/auth/refresh`,
      fetch: (input, init) => {
        seen.push(new Headers(init?.headers).get('authorization'))
        return world.fetch(input, init)
      },
    })
    await world.signedIn('ann', tab)
    await tab.get('/me')
    await tab.get(`${origin}/me`)
    t.equal(seen[0], null)
    t.match(seen[1], /^Bearer /)
    restore()
  },
  { transport: 'body' },
)

rule('a request with an Authorization of its own is left alone', async (t, world) => {
  const { client } = await world.signedIn()
  const headers = { authorization: 'Bearer mine' }
  world.always('/me', () => new Response(null, challenge))
  t.equal((await client.fetch('/me', { headers })).status, 401)
  t.equal((await client.fetch(new Request(`${origin}/me`, { headers }))).status, 401)
  t.strictSame(
    world.sent.slice(-2).map(sent => sent.headers.get('authorization')),
    ['Bearer mine', 'Bearer mine'],
  )
  t.equal(world.refreshes, 0)
})

rule(
  'an API on another origin: requests to it are guarded, those to the page are not',
  async (t, world) => {
    const { client } = world.tab({ refreshUrl: 'https://api.example/auth/refresh' })
    world.always('/', () => new Response(null, challenge))
    world.always('/auth/refresh', () => Response.json({ expires_in: 600 }))
    t.equal((await client.fetch('/')).status, 401)
    t.equal(world.refreshes, 0)
    t.equal((await world.until(client.fetch('https://api.example/'))).status, 401)
    t.equal(world.refreshes, 1)
  },
  { transport: 'cookie' },
)

rule('who gives up waits no longer, and the others go on', async (t, world) => {
  const { client, get } = await world.signedIn()
  world.sleep()
  let answer: (response: Response) => void = () => {}
  world.next('/auth/refresh', () => new Promise(resolve => (answer = resolve)))
  const controller = new AbortController()
  const one = client.fetch('/me', { signal: controller.signal })
  const another = client.fetch(new Request(`${origin}/me`, { signal: controller.signal }))
  const third = get()
  await world.quiet()
  controller.abort(new Error('enough'))
  await Promise.all([t.rejects(one, new Error('enough')), t.rejects(another)])
  answer(new Response(null, { status: 503 }))
  t.equal(await world.until(third), 200)
  await t.rejects(client.fetch('/me', { signal: controller.signal }), new Error('enough'))
})

rule('a signal that lives long gathers no listeners', async (t, world) => {
  const withoutSignal: typeof fetch = (input, init) => world.fetch(input, { ...init, signal: null })
  const { signal } = new AbortController()
  const { client } = await world.signedIn('ann', world.tab({ fetch: withoutSignal }))
  world.sleep()
  t.equal((await world.until(client.fetch('/me', { signal }))).status, 200)
  t.equal(world.refreshes, 1)
  t.strictSame(getEventListeners(signal, 'abort'), [])
})

function formOf(name: string, value: string): FormData {
  const form = new FormData()
  form.set(name, value)
  return form
}
