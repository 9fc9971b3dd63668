import t from 'tap'
import { Revocations } from '#internal/revocations'

t.test('what is revoked stays known for its time, and is forgotten after it', async t => {
  let elapsed = 0
  const revocations = new Revocations(10, () => elapsed)
  for (; elapsed < 100_000; elapsed += 100) {
    revocations.add({ tag: '', sid: `${elapsed}` })
  }
  t.ok(revocations.has('99900'))
  t.ok(revocations.has('90000'))
  t.notOk(revocations.has('29000'), 'a minute later at the latest')
  t.notOk(revocations.has('0'))
  elapsed += 60_000
  t.same(revocations.lasting(0), [])
  t.equal(revocations.size, 0, 'also when nothing is revoked any more')
})

t.test('what is revoked again stays known for longer', async t => {
  let elapsed = 0
  const revocations = new Revocations(10, () => elapsed)
  revocations.add({ tag: '', sid: 'a' })
  elapsed = 9000
  revocations.add({ tag: '', sid: 'a' })
  elapsed = 18_000
  revocations.add({ tag: '', sid: 'b' })
  t.ok(revocations.has('a'))
})

t.test('R30: a jump of the system clock forgets nothing', async t => {
  const revocations = new Revocations(10)
  const { now } = Date
  t.teardown(() => {
    Date.now = now
  })
  revocations.add({ tag: '', sid: 'a' })
  Date.now = () => now() + 1e9
  revocations.add({ tag: '', sid: 'b' })
  t.ok(revocations.has('a'))
})

t.test('what was revoked a while ago is known for the rest of its time', async t => {
  let elapsed = 0
  const revocations = new Revocations(10, () => elapsed)
  revocations.add({ tag: 't', sid: 'old' }, 9000)
  revocations.add({ tag: 't', sid: 'older' }, 10_000)
  revocations.add({ tag: 't', sid: 'of a clock that was set back' }, -5000)
  t.ok(revocations.has('old'))
  t.notOk(revocations.has('older'))
  t.same(revocations.lasting(2000), [{ tag: 't', sid: 'of a clock that was set back' }])
  revocations.add({ tag: 't', sid: 'old' })
  revocations.add({ tag: 't', sid: 'old' }, 9999)
  t.equal(revocations.lasting(10_000).length, 2, 'it is never known for less than before')
  elapsed = 60_000
  revocations.add({ tag: 't', sid: 'new' })
  t.equal(revocations.size, 1)
})

t.test('100,000 that are read again, as each minute, hold the process for no second', async t => {
  const revocations = new Revocations(900)
  const read = (age: number): void => {
    for (let index = 0; index < 100_000; index++) {
      revocations.add({ tag: '', sid: `${index}` }, age)
    }
  }
  read(1000)
  const begun = performance.now()
  read(0)
  t.ok(performance.now() - begun < 1000)
  t.equal(revocations.size, 100_000)
})
