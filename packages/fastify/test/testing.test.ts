import { memoryStore, tokenratchet } from '@tokenratchet/fastify'
import { fakeClock, signIn } from '@tokenratchet/fastify/testing'
import Fastify from 'fastify'
import t from 'tap'

const secret = 'YSBzZWNyZXQgZm9yIHRoZSB0ZXN0IGtpdCBvZiBGYXN0aWZ5'

t.test('a test signs in with the cookies of the application, however it names them', async t => {
  for (const cookie of [undefined, { namePrefix: 'shop' }, { secure: false }]) {
    const clock = fakeClock()
    const app = Fastify()
    t.teardown(() => app.close())
    await app.register(tokenratchet, {
      secret,
      cookie,
      now: clock.now,
      store: memoryStore({ now: clock.now }),
    })
    app.get('/me', { config: { auth: true } }, request => app.claimsOf(request))
    const { headers, sid } = await signIn(app, { subject: 'ada' })
    t.match((await app.inject({ url: '/me', headers })).json(), { sub: 'ada', sid })
    clock.advance('11m')
    t.equal((await app.inject({ url: '/me', headers })).statusCode, 401)
    t.equal((await app.inject({ method: 'POST', url: '/auth/refresh', headers })).statusCode, 200)
  }
})
