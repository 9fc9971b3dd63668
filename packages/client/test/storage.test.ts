// Storage may be missing, blocked, full, cleared, or another application's.
import { replace, rule } from './world.js'

const cookie = { transport: 'cookie' } as const
const key = 'tokenratchet https://app.example/auth/refresh'

/** What a page finds instead of a storage that works. */
const storages: Record<string, PropertyDescriptor> = {
  'is null': { value: null },
  'is not there': { value: undefined },
  'throws when it is looked up': { get: () => refuse('SecurityError') },
  'throws when it is read or written': {
    value: new Proxy({}, { get: () => refuse('SecurityError'), set: () => refuse('SecurityError') }),
  },
  'is full': { value: new Proxy({}, { set: () => refuse('QuotaExceededError') }) },
  'forgets everything': { value: new Proxy({}, { set: () => true }) },
}

for (const [what, descriptor] of Object.entries(storages)) {
  rule(`a page whose storage ${what} has a client that does all it can`, async (t, world) => {
    const restore = replace(globalThis, 'localStorage', undefined)
    Object.defineProperty(globalThis, 'localStorage', { configurable: true, ...descriptor })
    try {
      const tab = await world.signedIn()
      const { client, events, get } = tab
      t.equal(await world.until(get()), 200)
      world.sleep()
      t.equal(await world.until(get()), 200)
      world.isOffline = true
      await world.until(client.logout())
      await t.rejects(world.until(client.fetch('/me')), TypeError)
      world.isOffline = false
      await world.pass(101)
      t.strictSame(await world.app.tokens.sessions('ann'), [])
      t.strictSame(events, ['refreshed', 'signedout'])
      await world.signedIn('ben', tab)
      t.equal(await world.until(get()), 200)
      world.dispatch('pagehide')
      world.dispatch('pageshow')
      await world.pass(1)
      t.equal(await world.until(get()), 200)
    } finally {
      restore()
    }
  })
}

for (const foreign of [
  '{"user":"ann","since":1750000000000}',
  '[1750000000000.25]',
  '"leaving"',
  'true',
  'null',
  '0.25',
  '12.25',
  '1750000000001',
  '99999999999999',
  '1e300',
  'Infinity',
  '',
]) {
  rule(
    `what another application keeps under our key is no log-out and no news: ${foreign}`,
    async (t, world) => {
      globalThis.localStorage[key] = foreign
      const { client, events, get } = await world.signedIn()
      globalThis.localStorage[key] = foreign
      world.dispatch('pageshow')
      t.equal(await world.until(get()), 200)
      t.equal(await world.until(world.tab().get()), 200)
      t.strictSame(events, [])
      t.equal(world.count('/auth/logout'), 0)
      world.isOffline = true
      await world.until(client.logout())
      globalThis.localStorage[key] = foreign
      await t.rejects(world.until(client.fetch('/me')), TypeError)
      world.isOffline = false
      await world.pass(101)
      t.strictSame(await world.app.tokens.sessions('ann'), [])
    },
    cookie,
  )
}

rule(
  'who was never signed in leaves nothing in storage',
  async (t, world) => {
    const { get } = world.tab()
    t.equal(await world.until(get()), 401)
    t.strictSame(Object.keys(globalThis.localStorage), [])
  },
  cookie,
)

rule(
  'storage that is cleared signs nobody out',
  async (t, world) => {
    const tabs = [await world.signedIn(), world.tab()]
    for (let round = 0; round < 3; round++) {
      world.clearStorage()
      world.dispatch('pageshow')
      world.sleep()
      t.strictSame(await world.until(Promise.all(tabs.map(({ get }) => get()))), [200, 200])
    }
    t.notOk(tabs.flatMap(({ events }) => events).includes('signedout'))
  },
  cookie,
)

function refuse(name: string): never {
  throw new DOMException('The storage can not be used', name)
}
