// A token that the server calls fresh, and refuses all the same: another of its processes knows better.
import { rule } from './world.js'

const refused = () =>
  new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })

rule(
  'a token that is refused though it was called fresh is replaced at the next request',
  async (t, world) => {
    const { get, events } = await world.signedIn()
    world.next('/me', refused, refused, refused)
    const before = [...world.cookies]
    t.equal(await world.until(get()), 401)
    t.strictSame([...world.cookies], before, 'another tab may just have got it')
    t.equal(await world.until(get()), 200)
    t.notSame([...world.cookies], before)
    t.strictSame(events, ['refreshed', 'refreshed'])
    t.equal(world.refreshes, 2)

    const after = [...world.cookies]
    world.next('/me', refused)
    t.equal(await world.until(get()), 200)
    t.strictSame([...world.cookies], after, 'and the next one is left alone again')
  },
  { transport: 'cookie' },
)

rule(
  'a revocation that another process knows of first is learnt of by the next request',
  async (t, world) => {
    const { get, events } = await world.signedIn()
    world.next('/me', refused, refused, refused)
    t.equal(await world.until(get()), 401)
    world.refreshIs(() => {
      const asked = world.sent.at(-1)?.body ?? ''
      return asked.includes('if_stale=true')
        ? Response.json({ expires_in: 500 })
        : Response.json({ error: 'invalid_grant' }, { status: 400 })
    })
    t.equal(await world.until(get()), 401)
    t.strictSame(events, ['refreshed', 'signedout'])
  },
  { transport: 'cookie' },
)
