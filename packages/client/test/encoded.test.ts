// A proxy, or a `fetch` of the application's, compresses what we send.
import { rule } from './world.js'

rule('a refresh that comes to the server compressed is a 415, which signs nobody out', async (t, world) => {
  let isCompressed = false
  const send: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers)
    if (isCompressed) {
      headers.set('content-encoding', 'gzip')
    }
    return world.fetch(input, { ...init, headers })
  }
  const statuses: number[] = []
  const tab = await world.signedIn(
    'ann',
    world.tab({
      fetch: async (input, init) => {
        const response = await send(input, init)
        statuses.push(response.status)
        return response
      },
    }),
  )
  world.sleep()
  isCompressed = true
  statuses.length = 0
  await t.rejects(world.until(tab.get()), /auth.refresh/)
  t.ok(statuses.includes(415), `${statuses}`)
  t.strictSame(tab.events, [])
  isCompressed = false
  await world.pass(10)
  t.equal(await world.until(tab.get()), 200)
  t.strictSame(tab.events, ['refreshed'])
})
