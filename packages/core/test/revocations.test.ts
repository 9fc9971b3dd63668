import t from 'tap'
import { Revocations } from '#internal/revocations'

t.test('what is revoked stays known for its time, and is forgotten after it', async t => {
  let elapsed = 0
  const revocations = new Revocations(10, () => elapsed)
  for (; elapsed < 100_000; elapsed += 100) {
    revocations.add(`${elapsed}`)
  }
  t.ok(revocations.has('99900'))
  t.ok(revocations.has('90000'))
  t.notOk(revocations.has('89000'))
  t.notOk(revocations.has('0'))
})

t.test('what is revoked again stays known for longer', async t => {
  let elapsed = 0
  const revocations = new Revocations(10, () => elapsed)
  revocations.add('a')
  elapsed = 9000
  revocations.add('a')
  elapsed = 18_000
  revocations.add('b')
  t.ok(revocations.has('a'))
})

t.test('R30: a jump of the system clock forgets nothing', async t => {
  const revocations = new Revocations(10)
  const { now } = Date
  t.teardown(() => {
    Date.now = now
  })
  revocations.add('a')
  Date.now = () => now() + 1e9
  revocations.add('b')
  t.ok(revocations.has('a'))
})
