import fc from 'fast-check'
import t from 'tap'
import { runs } from '../../../test/helpers/effort.js'
import { invalidGrant, setup } from './setup.js'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'
const firefoxLater = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const edge =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0'

t.test('a session shows the device and the address of its login', async t => {
  const { tokens } = setup()
  const { refreshToken } = await tokens.issue({ subject: 'ada', userAgent: firefox, ip: '2001:db8::1' })
  await tokens.refresh(refreshToken, { userAgent: edge })
  t.match(await tokens.sessions('ada'), [{ device: 'Firefox on Linux', ip: '2001:db8::1' }])
})

t.test('a user agent with nothing to recognise in it shows none', async t => {
  const { tokens } = setup()
  for (const userAgent of [undefined, '', 'x', '<script>', 'node', '\u202e\u0000']) {
    await tokens.issue({ subject: 'ada', userAgent })
  }
  const sessions = await tokens.sessions('ada')
  t.equal(sessions.length, 6)
  t.notOk(sessions.some(session => 'device' in session || 'ip' in session))
})

t.test('whatever a user agent is, a login takes it, and what it shows is short and printable', async t => {
  const { tokens } = setup({ sessionsPerSubject: 1 })
  const names = fc.constantFrom(
    'Firefox/',
    'Chrome/',
    'Version/',
    'Safari/',
    'Android ',
    'Windows NT ',
    ';',
    '(',
  )
  const text = fc.oneof(fc.string({ maxLength: 60, unit: 'binary' }), names)
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 40 }), async words => {
      await tokens.issue({ subject: 'ada', userAgent: words.join('') })
      const [session] = await tokens.sessions('ada')
      t.match(session?.device ?? 'none', /^[\p{L}\p{N} ._-]{1,84}$/u)
    }),
    runs(200),
  )
  await tokens.issue({ subject: 'ada', userAgent: `${'Mozilla/5.0 ('.repeat(100_000)}` })
})

t.test('what is no address is left out: a proxy of somebody else may have made it up', async t => {
  const { tokens } = setup({ sessionsPerSubject: 1 })
  for (const ip of ['', 'x', '1.2.3', '<b>', '192.0.2.7, 10.0.0.1', 'x'.repeat(100_000)]) {
    await tokens.issue({ subject: 'ada', ip })
    t.notOk('ip' in ((await tokens.sessions('ada'))[0] ?? {}), ip.slice(0, 20))
  }
})

t.test('an address and a user agent are text', async t => {
  const { tokens } = setup()
  for (const wrong of [5, null, ['x']]) {
    await t.rejects(tokens.issue({ subject: 'ada', ip: wrong as never }), {
      name: 'TypeError',
      message: /^ip/,
    })
    await t.rejects(tokens.issue({ subject: 'ada', userAgent: wrong as never }), { message: /^userAgent/ })
  }
  t.same(await tokens.sessions('ada'), [])
})

for (const [what, userAgent, told] of [
  ['the same browser, a version later', firefoxLater, { deviceChanged: false }],
  ['another browser', edge, { deviceChanged: true }],
  ['nobody knows what', undefined, {}],
] as const) {
  t.test(`R32: a reuse tells how old the token was, and of ${what}`, async t => {
    const { tokens, events, clock } = setup()
    const { refreshToken: stolen, sid } = await tokens.issue({ subject: 'ada', userAgent: firefox })
    clock.advance(600)
    const first = await tokens.refresh(stolen)
    clock.advance(600)
    await tokens.refresh(first.refreshToken)
    clock.advance(7)
    await t.rejects(tokens.refresh(stolen, { userAgent }), invalidGrant)
    t.strictSame(events.at(-1), {
      type: 'reused',
      sid,
      subject: 'ada',
      generationGap: 1_200_000,
      sinceRotation: 7000,
      ...told,
    })
  })
}
