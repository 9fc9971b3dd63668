import { createHttpLayer, type HttpLayerOptions } from '@tokenratchet/core/http'
import t from 'tap'
import { secret, setup } from './setup.js'

t.test('R23: what looks right and is not throws at construction', async t => {
  const rows: [RegExp, Record<string, unknown>][] = [
    [/prefix/, { prefix: '/a/../b' }],
    [/prefix/, { prefix: '/.' }],
    [/cookie\.sameSite/, { cookie: { sameSite: ['lax'] } }],
    [/issuer/, { issuer: '\ud800' }],
    [/audience/, { audience: '\udc00' }],
    [/trustedOrigins/, { trustedOrigins: ['https://*.example.com'] }],
    [/routes\.refresh/, { routes: { refresh: { confg: {} } } }],
    [/secret/, { secret: `AAAAC3NzaC1lZDI1NTE5AAAAI${'kP3xQ9vZ'.repeat(5)}` }],
  ]
  for (const [message, options] of rows) {
    t.throws(() => createHttpLayer({ secret, ...options } as HttpLayerOptions), {
      name: 'TypeError',
      message,
    })
  }
  t.ok(createHttpLayer({ secret, prefix: '/.well-known/auth', trustedOrigins: ['capacitor://localhost'] }))
  t.ok(createHttpLayer({ secret, sessionLifetime: '10y' }))
})

t.test('a transport that there is not is the mistake of a programmer', async t => {
  const { tokens } = setup()
  const { refreshToken } = await tokens.issue({ subject: 'ada' })
  const wrong = { transport: 'Cookie' as 'cookie' }
  await t.rejects(tokens.refresh(refreshToken, wrong), { name: 'TypeError', message: /transport/ })
  await t.rejects(tokens.issue({ subject: 'ada', ...wrong }), { name: 'TypeError', message: /transport/ })
})
