// Refreshes ahead of expiry, by a clock that nobody sets.
import { rule } from './world.js'

rule('in the last tenth of its life a token is refreshed beside the request', async (t, world) => {
  const { get } = await world.signedIn()
  await world.pass(530)
  t.equal(await world.until(get()), 200)
  t.equal(world.refreshes, 0)
  await world.pass(15)
  world.next('/auth/refresh', 'hang')
  t.equal(await get(), 200, 'no time has to pass')
  t.equal(world.refreshes, 1)
  t.equal(await get(), 200, 'nor for the next')
  t.equal(world.refreshes, 1)
})

rule('an expired token is refreshed before the request is sent', async (t, world) => {
  const { get } = await world.signedIn()
  await world.pass(605)
  t.equal(await world.until(get()), 200)
  t.equal(world.count('/me'), 1)
  t.equal(world.refreshes, 1)
})

rule('the seconds count from the last refresh', async (t, world) => {
  const { get } = await world.signedIn()
  await world.pass(605)
  t.equal(await world.until(get()), 200)
  await world.pass(530)
  t.equal(await world.until(get()), 200)
  t.equal(world.refreshes, 1)
  await world.pass(15)
  t.equal(await world.until(get()), 200)
  t.equal(world.refreshes, 2)
})

for (const jump of [-86_400_000, 86_400_000, 1e12]) {
  rule(`a clock on the wall that is set by ${jump} ms changes nothing`, async (t, world) => {
    const { get } = await world.signedIn()
    world.clock.setSystemTime(Date.now() + jump)
    t.equal(await world.until(get()), 200)
    t.equal(world.refreshes, 0)
    await world.pass(605)
    t.equal(await world.until(get()), 200)
    t.equal(world.count('/me'), 2)
    t.equal(world.refreshes, 1)
  })
}

for (const answer of [{}, { expires_in: '600' }, { expires_in: 1e15 }]) {
  rule(`a login may say of seconds: ${JSON.stringify(answer)}`, async (t, world) => {
    const { client, get } = world.tab()
    const login = await world.login('ann')
    client.signedIn({ ...login, expires_in: undefined, ...answer } as never)
    t.equal(await world.until(get()), 200)
    t.equal(world.refreshes, 0)
    world.sleep()
    t.equal(await world.until(get()), 200)
    t.equal(world.refreshes, 1)
  })
}
