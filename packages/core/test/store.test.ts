import { memoryStore, type Store, StoreUnavailableError } from '@tokenratchet/core'
import { type StoreUnderTest, storeCases } from '@tokenratchet/core/testing'
import t from 'tap'

interface TestStore extends StoreUnderTest {
  setTime(milliseconds: number): void
}

function memory(maxSessions = 1000): TestStore {
  let time = Date.UTC(2026, 0, 1)
  const store = memoryStore({ now: () => time, maxSessions })
  return {
    store,
    elapse: milliseconds => {
      time += milliseconds
    },
    setTime: milliseconds => {
      time = milliseconds
    },
  }
}

t.test('the memory store keeps the contract', async t => {
  for (const { name, run } of storeCases) {
    await t.test(name, () => run(memory()))
  }
})

t.test('the cases can share one store', async () => {
  const shared = memory(10_000)
  for (const { run } of storeCases) {
    await run(shared)
  }
})

t.test('case names are sentences of their own', async t => {
  t.equal(new Set(storeCases.map(({ name }) => name)).size, storeCases.length)
})

const rules = { perSubject: 100, keepFor: 900 }
const session = (subjectHash: string, sid: string, idleTimeout = 60) => ({
  subjectHash,
  sid,
  idleTimeout,
  lifetime: 600,
  data: '',
})

t.test('a full memory store refuses a login as an outage, and keeps every live session', async t => {
  const { store, elapse } = memory(2)
  await store.create(session('a', '1'), rules)
  await store.create(session('b', '2', 120), rules)
  await t.rejects(store.create(session('c', '3'), rules), StoreUnavailableError)
  t.equal((await store.list('a')).length + (await store.list('b')).length, 2)
  const replacing = await store.create(session('b', '4'), {
    ...rules,
    replaces: { subjectHash: 'b', sid: '2' },
  })
  t.equal(replacing.replaced, true)
  await elapse(61_000)
  t.equal((await store.create(session('c', '3'), rules)).session.sid, '3', 'expired sessions make room')
})

t.test('a memory store whose clock was set back goes on, and moves no absolute deadline', async t => {
  const { store, setTime } = memory()
  await store.create(session('a', '1'), rules)
  setTime(Date.UTC(2025, 0, 1))
  const step = { generation: 0, recovery: 60, keepFor: 900 }
  const first = await store.rotate({ subjectHash: 'a', sid: '1' }, step)
  t.match(first, { outcome: 'rotated', session: { generation: 1 } })
  await store.delete({ subjectHash: 'a', sid: '1' }, { keepFor: 900 })
  const { cursor } = await store.revokedSince()
  await store.create(session('a', '2'), rules)
  await store.delete({ subjectHash: 'a', sid: '2' }, { keepFor: 900 })
  t.match((await store.revokedSince(cursor)).revoked, [{ sid: '2' }], 'the feed still rises')
})

t.test('a memory store forgets what nobody can need any more', async t => {
  const { store, elapse } = memory()
  await store.create(session('a', '1'), rules)
  await store.delete({ subjectHash: 'a', sid: '1' }, { keepFor: 900 })
  await elapse(899_000)
  t.equal((await store.revokedSince()).revoked.length, 1)
  await elapse(1000)
  t.same((await store.revokedSince()).revoked, [])
})

t.test('options of the memory store that make no sense throw', async t => {
  t.throws(() => memoryStore({ maxSesions: 5 } as never), { name: 'TypeError', message: /maxSesions/ })
  for (const maxSessions of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    t.throws(() => memoryStore({ maxSessions }), { name: 'TypeError', message: /maxSessions/ })
  }
  t.throws(() => memoryStore({ now: 5 as unknown as () => number }), { name: 'TypeError', message: /now/ })
})

/** Mistakes that are easy to make in a store: the suite must see each. */
const mistakes: Record<string, (store: Store) => Partial<Store>> = {
  'rotate brings back what is not there': store => ({
    async rotate(ref, step) {
      await store.create({ ...ref, idleTimeout: 60, lifetime: 60, data: '' }, rules)
      return store.rotate(ref, step)
    },
  }),
  'rotate knows no reissue': store => ({
    rotate: (ref, step) => store.rotate(ref, { ...step, recovery: 0 }),
  }),
  'reuse is forgiven': store => ({
    async rotate(ref, step) {
      const { session: found } = await store.find(ref)
      return found && step.generation < found.generation - 1000
        ? { outcome: 'rotated', now: 0, session: found }
        : store.rotate(ref, step)
    },
  }),
  'create ignores perSubject': store => ({
    create: (created, each) => store.create(created, { ...each, perSubject: 1000 }),
  }),
  'create ignores replaces': store => ({
    create: (created, { replaces: _replaces, ...each }) => store.create(created, each),
  }),
  'create does not look whether it replaced anything': store => ({
    async create(created, each) {
      const answer = await store.create(created, each)
      return { ...answer, replaced: each.replaces !== undefined }
    },
  }),
  'create never says that it replaced something': store => ({
    async create(created, each) {
      const answer = await store.create(created, each)
      return { ...answer, replaced: false }
    },
  }),
  'create takes any number': store => ({
    create: (created, each) => store.create({ ...created, lifetime: Math.min(created.lifetime, 9999) }, each),
  }),
  'a generation wraps around': store => ({
    rotate: (ref, step) => store.rotate(ref, { ...step, generation: step.generation % (2 ** 48 - 1) }),
  }),
  'delete does not announce': store => ({
    async delete(ref, how) {
      const { subjectHash, sid } = ref
      const others = (await store.list(subjectHash)).filter(each => each.sid !== sid)
      return others.length === 0 && store.delete(ref, how)
    },
  }),
  'deleteAll ignores except': store => ({
    deleteAll: (subjectHash, { except: _except, ...how }) => store.deleteAll(subjectHash, how),
  }),
  'delete announces what a stranger named': store => ({
    delete: (ref, how) => store.delete(ref, { ...how, always: true }),
  }),
  'the cursor is forgotten': store => ({ revokedSince: () => store.revokedSince() }),
  'the feed skips': store => ({
    async revokedSince(cursor, how) {
      const answer = await store.revokedSince(cursor, how)
      return { ...answer, revoked: answer.revoked.slice(1) }
    },
  }),
  'list leaves something out': store => ({
    list: async subjectHash => (await store.list(subjectHash)).slice(1),
  }),
}

t.test('the suite sees the mistakes that stores make', async t => {
  for (const [mistake, wrong] of Object.entries(mistakes)) {
    const verdicts = await Promise.allSettled(
      storeCases.map(({ run }) => {
        const subject = memory()
        return run({ ...subject, store: { ...subject.store, ...wrong(subject.store) } })
      }),
    )
    t.ok(
      verdicts.some(({ status }) => status === 'rejected'),
      mistake,
    )
  }
})
