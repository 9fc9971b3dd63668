import t from 'tap'
import { Revocations } from '#internal/sessions/revocations'

const owns = (): boolean => true

t.test('what is revoked stays known for its time, and is forgotten after it', async t => {
  let elapsed = 0
  const revocations = new Revocations(10, () => elapsed)
  for (; elapsed < 100_000; elapsed += 100) {
    revocations.add({ subjectHash: '', sid: `${elapsed}` })
  }
  t.ok(revocations.has('99900'))
  t.ok(revocations.has('90000'))
  t.notOk(revocations.has('29000'), 'a minute later at the latest')
  t.notOk(revocations.has('0'))
  elapsed += 60_000
  t.same(revocations.lostSince({ readAt: elapsed, owns }, 0), [])
  t.equal(revocations.size, 0, 'also when nothing is revoked any more')
})

t.test('what is revoked again stays known for longer', async t => {
  let elapsed = 0
  const revocations = new Revocations(10, () => elapsed)
  revocations.add({ subjectHash: '', sid: 'a' })
  elapsed = 9000
  revocations.add({ subjectHash: '', sid: 'a' })
  elapsed = 18_000
  revocations.add({ subjectHash: '', sid: 'b' })
  t.ok(revocations.has('a'))
})

t.test('R30: a jump of the system clock forgets nothing', async t => {
  const revocations = new Revocations(10)
  const { now } = Date
  t.teardown(() => {
    Date.now = now
  })
  revocations.add({ subjectHash: '', sid: 'a' })
  Date.now = () => now() + 1e9
  revocations.add({ subjectHash: '', sid: 'b' })
  t.ok(revocations.has('a'))
})

t.test(
  'an entry of the feed is known for the rest of its time, and for a while whatever its age',
  async t => {
    let elapsed = 0
    const revocations = new Revocations(10, () => elapsed)
    const see = (sid: string, age: number, keepFor = 0): void =>
      revocations.see({ subjectHash: 't', sid, kind: 'revoked', age }, elapsed, keepFor)
    see('old', 9000)
    see('older', 10_000)
    see('of a clock that was set back', -5000)
    see('of a clock that jumped', 3_600_000, 4000)
    t.ok(revocations.has('old'))
    t.notOk(revocations.has('older'))
    t.ok(revocations.has('of a clock that jumped'))
    const lasting = (milliseconds: number) =>
      revocations.lostSince({ readAt: elapsed + 1, owns }, milliseconds).map(({ sid }) => sid)
    t.same(lasting(2000), ['of a clock that was set back'], 'only what still matters is worth applying again')
    revocations.add({ subjectHash: 't', sid: 'old' })
    see('old', 9999)
    t.equal(lasting(10_000).length, 2, 'it is never known for less than before')
    elapsed = 60_000
    revocations.add({ subjectHash: 't', sid: 'new' })
    t.equal(revocations.size, 1)
  },
)

t.test(
  'lost is what was known before a read, that the read did not bring, in the shard that was read',
  async t => {
    let elapsed = 0
    const revocations = new Revocations(900, () => elapsed)
    for (const sid of ['seen', 'lost', 'evicted', 'elsewhere']) {
      revocations.add(
        { subjectHash: sid === 'elsewhere' ? 'b' : 'a', sid },
        sid === 'evicted' ? 'evicted' : 'revoked',
      )
    }
    elapsed = 10
    const read = { readAt: elapsed, owns: (subjectHash: string) => subjectHash === 'a' }
    t.ok(revocations.hasUnseen(read))
    revocations.see({ subjectHash: 'a', sid: 'seen', kind: 'revoked', age: 10 }, elapsed, 0)
    elapsed = 20
    revocations.add({ subjectHash: 'a', sid: 'later' })
    t.same(revocations.lostSince(read, 0), [
      { subjectHash: 'a', sid: 'lost', kind: 'revoked' },
      { subjectHash: 'a', sid: 'evicted', kind: 'evicted' },
    ])
    t.notOk(revocations.hasUnseen(read), 'they have been judged')
    t.ok(revocations.hasUnseen({ ...read, owns }), 'those of another shard have not')
  },
)

t.test(
  'an eviction that turns out to be undone is forgotten, and nothing that was heard meanwhile',
  async t => {
    const revocations = new Revocations(900)
    revocations.add({ subjectHash: '', sid: 'a' }, 'evicted')
    revocations.add({ subjectHash: '', sid: 'b' }, 'evicted')
    const [a, b] = [revocations.doubt('a'), revocations.doubt('b')]
    revocations.add({ subjectHash: '', sid: 'b' })
    a()
    b()
    t.notOk(revocations.has('a'))
    t.ok(revocations.isRevoked('b'))
    revocations.add({ subjectHash: '', sid: 'b' }, 'evicted')
    t.ok(revocations.isRevoked('b'), 'a decision stays one')
  },
)
