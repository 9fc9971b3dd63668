import tokenratchet from '@tokenratchet/express'
import { send } from '../../../test/contract/http.js'
import { collectWarnings, inProduction } from '../../../test/helpers/warnings.js'
import { listen, login, rule, secret } from './app.js'

rule('warnings are printed by the process, where there is no onEvent', async (t, framework) => {
  inProduction(t)
  const warnings = collectWarnings(t)
  const app = framework()
  app.use(tokenratchet({ secret, accessTokenLifetime: '2d' }).middleware)
  app.post('/login', login)
  const { port } = await listen(t, app)
  const headers = { origin: 'http://shop.test', host: 'shop.test' }
  t.equal((await send(port, { method: 'POST', url: '/login', headers })).status, 200)
  const codes = (await warnings()).map(({ code }) => code)
  t.same(codes, [
    'TOKENRATCHET_MEMORY_STORE_IN_PRODUCTION',
    'TOKENRATCHET_LONG_ACCESS_TOKEN_LIFETIME',
    'TOKENRATCHET_SECURE_COOKIE_OVER_HTTP',
  ])
})

rule('with onEvent nothing is printed', async (t, _framework) => {
  inProduction(t)
  const warnings = collectWarnings(t)
  tokenratchet({ secret, accessTokenLifetime: '2d', onEvent: () => {} })
  t.same(await warnings(), [])
})
