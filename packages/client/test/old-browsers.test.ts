// R39: all of it works where AbortSignal.timeout, AbortSignal.any, throwIfAborted, reasons of signals, Web Locks,
// BroadcastChannel and structuredClone are missing, as in Safari 15.0 and Chrome 68.
import { rule } from './world.js'

const old = { isOld: true } as const
const cookie = { transport: 'cookie', isOld: true } as const

rule(
  'R39: an old browser refreshes',
  async (t, world) => {
    const { client, get, events } = await world.signedIn()
    world.sleep()
    t.strictSame(await world.until(Promise.all([get(), get(), get()])), [200, 200, 200])
    await world.pass(605)
    t.equal(await world.until(get()), 200)
    await world.until(client.refresh())
    t.equal(world.refreshes, 3)
    t.strictSame(events, ['refreshed', 'refreshed', 'refreshed'])
  },
  old,
)

rule(
  'R39: an old browser gives up a refresh that is not answered, and tries again',
  async (t, world) => {
    const { client, get } = await world.signedIn()
    world.sleep()
    world.next('/auth/refresh', 'hang')
    await t.rejects(world.until(client.fetch('/me')), { name: 'ClientError', code: 'timeout' })
    await world.pass(5)
    t.equal(await world.until(get()), 200)
  },
  old,
)

rule(
  'R39: an old browser tells the server of a log-out, at once or later',
  async (t, world) => {
    const tab = await world.signedIn()
    await world.until(tab.client.logout())
    t.strictSame(await world.app.tokens.sessions('ann'), [])
    await world.signedIn('ben', tab)
    world.isOffline = true
    await world.until(tab.client.logout())
    world.isOffline = false
    await world.pass(101)
    t.strictSame(await world.app.tokens.sessions('ben'), [])
  },
  old,
)

rule(
  'R39: in an old browser who gives up waits no longer, and gets an AbortError',
  async (t, world) => {
    const { client, get } = await world.signedIn()
    world.sleep()
    let answer: (response: Response) => void = () => {}
    world.next('/auth/refresh', () => new Promise(resolve => (answer = resolve)))
    const controller = new AbortController()
    const aborted = client.fetch('/me', { signal: controller.signal })
    const other = get()
    await world.quiet()
    controller.abort()
    await t.rejects(aborted, { name: 'AbortError' })
    await t.rejects(client.fetch('/me', { signal: controller.signal }), { name: 'AbortError' })
    answer(new Response(null, { status: 503 }))
    t.equal(await world.until(other), 200)
  },
  old,
)

rule(
  'R39: tabs of an old browser stay signed in',
  async (t, world) => {
    const tabs = [await world.signedIn(), world.tab(), world.tab()]
    for (let round = 0; round < 3; round++) {
      world.sleep()
      t.strictSame(await world.until(Promise.all(tabs.map(({ get }) => get()))), [200, 200, 200])
    }
    t.notOk(tabs.flatMap(({ events }) => events).includes('signedout'))
  },
  cookie,
)

rule(
  'R39: in an old browser a tab learns of a log-out, and of the next log-in, with its next request',
  async (t, world) => {
    const one = await world.signedIn()
    const two = world.tab()
    await world.until(one.client.logout())
    t.strictSame(two.events, [])
    t.equal(await world.until(two.get()), 401)
    t.strictSame(two.events, ['signedout'])
    await world.signedIn('ben', one)
    await t.rejects(two.client.fetch('/me'), { name: 'ClientError', code: 'signedin' })
    t.strictSame(two.events, ['signedout', 'signedin'])
    t.equal(await world.until(two.get()), 200)
  },
  cookie,
)
