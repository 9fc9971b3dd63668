// The session is over: one event, and no loop.
import { rule } from './world.js'

rule('a refused refresh is a 401 for the caller, and one event', async (t, world) => {
  const { get, events } = await world.signedIn()
  await world.app.tokens.revokeAll('ann')
  const statuses = await world.until(Promise.all([get(), get(), get()]))
  t.strictSame(statuses, [401, 401, 401])
  t.equal(world.refreshes, 1)
  t.strictSame(events, ['signedout'])
})

rule('after a refusal there is no refresh for a minute, and then one', async (t, world) => {
  const { get, events } = await world.signedIn()
  await world.app.tokens.revokeAll('ann')
  for (let second = 0; second < 59; second++) {
    t.equal(await world.until(get()), 401)
    await world.pass(1)
  }
  t.equal(world.refreshes, 1)
  await world.pass(35)
  t.equal(await world.until(get()), 401)
  t.equal(await world.until(get()), 401)
  t.ok(world.refreshes <= 2)
  t.strictSame(events, ['signedout'])
})

rule('whoever signs in again is served at once', async (t, world) => {
  const tab = await world.signedIn()
  await world.app.tokens.revokeAll('ann')
  t.equal(await world.until(tab.get()), 401)
  await world.pass(1)
  await world.signedIn('ben', tab)
  t.equal(await world.until(tab.get()), 200)
  world.sleep()
  t.equal(await world.until(tab.get()), 200, 'and may refresh')
  t.strictSame(tab.events, ['refreshed'])
  await world.app.tokens.revokeAll('ben')
  t.equal(await world.until(tab.get()), 401)
  t.strictSame(tab.events, ['refreshed', 'signedout'], 'each session ends with an event')
})

rule('who was never signed in is told so once', async (t, world) => {
  const { get, events } = world.tab()
  t.equal(await world.until(get()), 401)
  t.equal(await world.until(get()), 401)
  t.strictSame(events, ['signedout'])
  t.ok(world.refreshes < 2)
})

rule('a user who has asked for it may refresh at once', async (t, world) => {
  const { client, get } = await world.signedIn()
  await world.app.tokens.revokeAll('ann')
  t.equal(await world.until(get()), 401)
  await t.rejects(world.until(client.refresh()), { name: 'ClientError', code: 'signedout' })
  t.equal(world.refreshes, 2)
})

rule('a login during a refresh that is refused is not undone', async (t, world) => {
  const tab = await world.signedIn()
  await world.app.tokens.revokeAll('ann')
  let refuse: (response: Response) => void = () => {}
  world.next('/auth/refresh', () => new Promise(resolve => (refuse = resolve)))
  const request = tab.get()
  await world.pass(1)
  await world.signedIn('ben', tab)
  refuse(Response.json({ error: 'invalid_grant' }, { status: 400 }))
  t.equal(await world.until(request), 401, "what ann asked for is not ben's")
  t.strictSame(tab.events, [])
  t.equal(await world.until(tab.get()), 200)
  t.equal(world.refreshes, 1)
})

rule('what one user asked for is not sent again for the next', async (t, world) => {
  const tab = await world.signedIn()
  let answer: (response: Response) => void = () => {}
  world.next('/echo', () => new Promise(resolve => (answer = resolve)))
  const request = tab.client.fetch('/echo', { method: 'POST', body: 'pay' })
  await world.pass(1)
  await world.signedIn('ben', tab)
  answer(new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer' } }))
  t.equal((await world.until(request)).status, 401)
  t.equal(world.count('/echo'), 1)
  t.equal(world.refreshes, 0)
})

rule(
  'a request that waits for a new access token is not sent for who signs in meanwhile',
  async (t, world) => {
    const tab = await world.signedIn()
    await world.pass(605)
    world.next('/auth/refresh', 'hang')
    const request = t.rejects(tab.client.fetch('/me'), { name: 'ClientError', code: 'signedin' })
    await world.pass(1)
    await world.signedIn('ben', tab)
    await world.until(request)
    t.equal(world.count('/me'), 0)
    t.equal(await world.until(tab.get()), 200)
  },
)

rule('nor is one that waits for a log-out', async (t, world) => {
  const tab = await world.signedIn()
  world.next({ cookie: '/auth/logout', body: '/auth/revoke' }[world.transport], 'hang')
  void tab.client.logout()
  const request = t.rejects(tab.client.fetch('/me'), { name: 'ClientError', code: 'signedin' })
  await world.pass(1)
  await world.signedIn('ben', tab)
  await world.until(request)
  t.equal(world.count('/me'), 0)
})

rule(
  'a tab that knows of no user at all serves whoever has signed in',
  async (t, world) => {
    world.channels.hold()
    const fresh = world.tab()
    await world.signedIn()
    world.sleep()
    t.equal(await world.until(fresh.get()), 200)
    t.equal(fresh.events[0], 'signedin')
  },
  { transport: 'cookie' },
)
