import { memoryStore, tokenratchet } from '@tokenratchet/express'
import { fakeClock, signIn } from '@tokenratchet/express/testing'
import express from 'express'
import t from 'tap'
import { send } from '../../../test/contract/http.js'

const secret = 'YSBzZWNyZXQgZm9yIHRoZSB0ZXN0IGtpdCBvZiBFeHByZXNz'

t.test('a test signs in with the cookies of the application, however it names them', async t => {
  for (const cookie of [undefined, { namePrefix: 'shop' }, { secure: false }]) {
    const clock = fakeClock()
    const auth = tokenratchet({ secret, cookie, now: clock.now, store: memoryStore({ now: clock.now }) })
    t.teardown(() => auth.close())
    const app = express()
    app.use(auth.middleware)
    app.get('/me', auth.authenticate, (req, res) => void res.json(auth.claimsOf(req)))
    app.use(auth.errorHandler())
    const server = app.listen(0)
    t.teardown(() => server.close())
    const { port } = server.address() as { port: number }
    const { headers, sid } = await signIn(auth, { subject: 'ada' })
    t.match((await send(port, { url: '/me', headers })).json(), { sub: 'ada', sid })
    clock.advance('11m')
    t.equal((await send(port, { url: '/me', headers })).status, 401)
    t.equal((await send(port, { method: 'POST', url: '/auth/refresh', headers })).status, 200)
  }
})
