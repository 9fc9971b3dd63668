import { createTokens } from '@tokenratchet/core'
import t from 'tap'
import { secret } from './setup.js'

t.test('R30: a clock with fractions of milliseconds ends no session', async t => {
  let time = Date.UTC(2026, 0, 1) + 0.7
  const tokens = createTokens({ secret, now: () => time })
  let { refreshToken } = await tokens.issue({ subject: 'ada' })
  for (let round = 0; round < 20; round++) {
    time += 1000.3
    const next = await tokens.refresh(refreshToken)
    t.ok(Number.isInteger(tokens.verify(next.accessToken).iat))
    refreshToken = next.refreshToken
  }
})

t.test('R30: a clock that answers no time is believed nothing', async t => {
  let time: unknown = Date.UTC(2026, 0, 1)
  const tokens = createTokens({ secret, now: () => time as number })
  const { accessToken } = await tokens.issue({ subject: 'ada' })
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, undefined, 'noon', 1e300]) {
    time = wrong
    t.throws(() => tokens.verify(accessToken), { name: 'TypeError', message: /now/ })
  }
})
