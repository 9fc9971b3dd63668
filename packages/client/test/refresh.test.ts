// A 401 with a challenge: one refresh for all who wait, and one more try for each.
import { rule } from './world.js'

rule('ten parallel requests with an expired token are ten 200s after one refresh', async (t, world) => {
  const { get, events } = await world.signedIn()
  world.sleep()
  const statuses = await world.until(Promise.all(Array.from({ length: 10 }, () => get())))
  t.strictSame(
    statuses,
    Array.from({ length: 10 }, () => 200),
  )
  t.equal(world.refreshes, 1)
  t.strictSame(events, ['refreshed'])
})

rule('a 401 that arrives after a refresh is tried again without another', async (t, world) => {
  const { get } = await world.signedIn()
  world.sleep()
  let answer: (response: Response) => void = () => {}
  world.next('/me', () => new Promise(resolve => (answer = resolve)))
  const slow = get()
  await world.quiet()
  t.equal(await world.until(get()), 200)
  answer(new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer' } }))
  t.equal(await world.until(slow), 200)
  t.equal(world.refreshes, 1)
})

rule('a 401 without a Bearer challenge is handed on as it is', async (t, world) => {
  const { client } = await world.signedIn()
  const wrong = await world.until(client.fetch('/password', { method: 'POST' }))
  t.equal(wrong.status, 401)
  t.strictSame(await wrong.json(), { error: 'wrong password' })
  for (const challenge of ['Basic realm="x"', 'DPoP algs="ES256"', 'NotBearer', 'Digest realm="Bearer"']) {
    const headers = { 'www-authenticate': challenge }
    world.next('/me', () => new Response(null, { status: 401, headers }))
    t.equal((await world.until(client.fetch('/me'))).status, 401, challenge)
  }
  t.equal(world.refreshes, 0)
})

for (const challenge of ['Bearer', 'bearer error="invalid_token"', 'Basic realm="x", Bearer realm="y"']) {
  rule(`a challenge to refresh is: ${challenge}`, async (t, world) => {
    const { get } = await world.signedIn()
    const headers = { 'www-authenticate': challenge }
    world.next('/me', () => new Response(null, { status: 401, headers }))
    t.equal(await world.until(get()), 200)
    t.equal(world.refreshes, 1)
  })
}

rule('a request is tried again once, whatever comes of it', async (t, world) => {
  const { get } = await world.signedIn()
  world.always(
    '/me',
    () =>
      new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }),
  )
  t.equal(await world.until(get()), 401)
  t.equal(world.count('/me'), 2)
  t.equal(world.refreshes, 1)
})

rule('a rejection of the network is handed on, and nothing is tried again', async (t, world) => {
  const { client } = await world.signedIn()
  world.next('/me', 'lost')
  await t.rejects(client.fetch('/me'), new TypeError('Failed to fetch'))
  t.equal(world.count('/me'), 1)
  t.equal(world.refreshes, 0)
})

rule('a refresh whose answer was lost is sent again, and nobody is signed out', async (t, world) => {
  const { get, events } = await world.signedIn()
  world.sleep()
  world.next('/auth/refresh', 'unanswered', 'unanswered')
  t.equal(await world.until(get()), 200)
  t.equal(world.refreshes, 3)
  t.strictSame(events, ['refreshed'])
  world.sleep()
  t.equal(await world.until(get()), 200, 'with what came last')
})

rule('a refresh by hand answers when it is done', async (t, world) => {
  const { client, events } = await world.signedIn()
  await world.until(client.refresh())
  t.equal(world.refreshes, 1)
  t.strictSame(events, ['refreshed'])
  world.refreshIs('lost')
  const error = await world.until(client.refresh().catch(error => error))
  t.match(error.cause, new TypeError('Failed to fetch'))
})

rule(
  'the tokens of a page that is loaded again are still there',
  async (t, world) => {
    await world.signedIn()
    world.sleep()
    const { get, events } = world.tab()
    t.equal(await world.until(get()), 200)
    t.strictSame(events, ['refreshed'])
  },
  { transport: 'cookie' },
)

rule(
  'tokens in memory are in the memory of one client',
  async (t, world) => {
    await world.signedIn()
    const other = world.tab()
    t.equal(await world.until(other.get()), 401)
    t.equal(world.refreshes, 1, 'the server is asked, and has nothing to go by')
    t.strictSame(other.events, ['signedout'])
  },
  { transport: 'body' },
)
