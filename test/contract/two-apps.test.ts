import { signIn } from '@tokenratchet/core/testing'
import { Browser, send } from './http.js'
import { rule } from './rule.js'

for (const secure of [true, false]) {
  rule(
    `two applications on one host leave each other alone by a name prefix, secure: ${secure}`,
    async (t, world) => {
      const shop = await world.start({ cookie: { namePrefix: 'shop', secure } })
      const admin = await world.start({ cookie: { namePrefix: 'admin', secure } })
      const atShop = new Browser(shop)
      const atAdmin = atShop.at(admin)
      const users = async (): Promise<unknown[]> => [
        (await atShop.get('/maybe')).json().user,
        (await atAdmin.get('/maybe')).json().user,
      ]
      t.equal((await atShop.login('ada')).status, 200)
      t.equal((await atAdmin.login('root')).status, 200)
      const prefix = secure ? '__Host-' : ''
      t.same(
        [...atShop.cookies.keys()],
        ['shop', 'admin'].flatMap(name => [
          `${prefix}${name}_access_token`,
          `${prefix}${name}_refresh_token`,
        ]),
      )
      t.same(await users(), ['ada', 'root'])
      for (const browser of [atShop, atAdmin, atShop, atAdmin]) {
        world.clock.advance('5m')
        t.equal((await browser.post('/auth/refresh')).status, 200)
        t.same(await users(), ['ada', 'root'])
      }
      t.equal((await atAdmin.post('/auth/logout')).status, 204)
      t.same(await users(), ['ada', null], 'a log-out of one leaves the other logged in')
      t.equal((await atShop.post('/auth/refresh')).status, 200)
      const ended = world.events.map(({ type }) => type).filter(type => /revoked|reused|evicted/.test(type))
      t.same(ended, ['revoked'])
    },
  )
}

rule('without a prefix a login at one is the end of the login at the other', async (t, world) => {
  const atShop = new Browser(await world.start())
  const atAdmin = atShop.at(await world.start())
  await atShop.login('ada')
  await atAdmin.login('root')
  t.same((await atShop.get('/me')).json(), { user: 'root' })
})

rule('signIn of the test kit names the cookies as the application does', async (t, world) => {
  const cookie = { namePrefix: 'shop', secure: false } as const
  const { port, tokens } = await world.start({ cookie })
  const { headers } = await signIn(tokens, { subject: 'ada' })
  t.match(headers.cookie, /^shop_access_token=[^;]+; shop_refresh_token=[^;]+$/)
  t.same((await send(port, { url: '/me', headers })).json(), { user: 'ada' })
})
