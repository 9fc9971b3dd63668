import { strict as assert } from 'node:assert'
import {
  create,
  expectRotation,
  expectUnknown,
  isPublished,
  newSession,
  publishFor,
  type StoreCase,
} from './case.js'

export const creationCases: readonly StoreCase[] = [
  {
    name: 'create answers the session at generation 0, with times of the store',
    async run({ store }) {
      const { session, now, ref } = await create(store, { idleTimeout: 60, lifetime: 300, data: 'some data' })
      const expected = {
        generation: 0,
        createdAt: now,
        usedAt: now,
        idleUntil: now + 60_000,
        absoluteUntil: now + 300_000,
      }
      assert.deepEqual({ ...session }, { ...ref, ...expected, data: 'some data' })
      assert.ok(
        Number.isInteger(now),
        'whole milliseconds: fractions do not survive the 6 bytes of a generation',
      )
      assert.deepEqual(await store.find(ref), session)
      assert.deepEqual(await store.list(ref.tag), [session])
    },
  },
  {
    name: 'create keeps data to the letter',
    async run({ store }) {
      for (const data of ['', '{"a":"ü€😀\\n"}', '\' " \\ \u0000 | ; , \r\n', 'x'.repeat(10_000)]) {
        const { ref } = await create(store, { data })
        assert.equal((await store.find(ref))?.data, data)
        assert.equal((await expectRotation(store, ref, 0, 'rotated')).data, data)
      }
    },
  },
  {
    name: 'create applied twice leaves the session as it is, and answers it',
    async run({ store }) {
      const session = newSession()
      await create(store, session)
      const { generation } = await expectRotation(store, session, 0, 'rotated')
      const again = await create(store, { ...session, data: 'other' })
      assert.deepEqual([again.session.generation, again.session.data], [generation, session.data])
      assert.equal((await store.list(session.tag)).length, 1)
    },
  },
  {
    name: 'create after its notAfter is late and changes nothing',
    async run({ store }) {
      const { now, ref, session } = await create(store)
      const late = newSession({ tag: ref.tag })
      const rules = { perSubject: 1, publishFor, replaces: ref, notAfter: now }
      const answer = await store.create(late, rules)
      assert.equal(answer.outcome, 'late')
      assert.ok(answer.now >= now)
      assert.deepEqual(await store.list(ref.tag), [session])
      assert.equal(await isPublished(store, ref), false)
    },
  },
  {
    name: 'create ends the sessions unused for longest beyond perSubject, and publishes them',
    async run({ store, elapse }) {
      const first = await create(store)
      const { tag } = first.ref
      await elapse(10)
      const second = await create(store, { tag })
      await elapse(10)
      const third = await create(store, { tag })
      await elapse(10)
      await expectRotation(store, first.ref, 0, 'rotated')
      await elapse(10)
      const fourth = await create(store, { tag }, { perSubject: 2 })
      assert.deepEqual(
        new Set(fourth.evicted.map(({ sid }) => sid)),
        new Set([second.ref.sid, third.ref.sid]),
      )
      const left = (await store.list(tag)).map(({ sid }) => sid)
      assert.deepEqual(new Set(left), new Set([first.ref.sid, fourth.ref.sid]))
      assert.equal(await isPublished(store, second.ref), true)
      assert.equal(await isPublished(store, third.ref), true)
      assert.equal(await isPublished(store, first.ref), false)
    },
  },
  {
    name: 'create never evicts the new session, nor one of another subject',
    async run({ store }) {
      const other = await create(store)
      const old = await create(store)
      const { ref, evicted } = await create(store, { tag: old.ref.tag }, { perSubject: 1 })
      assert.deepEqual(
        evicted.map(({ sid }) => sid),
        [old.ref.sid],
      )
      assert.ok(await store.find(ref))
      assert.ok(await store.find(other.ref))
      await expectUnknown(store, old.ref)
    },
  },
  {
    name: 'expired sessions do not count for perSubject, and are not evicted',
    async run({ store, elapse }) {
      const expired = await create(store, { idleTimeout: 1 })
      const { tag } = expired.ref
      const live = await create(store, { tag })
      await elapse(1100)
      const { evicted } = await create(store, { tag }, { perSubject: 2 })
      assert.deepEqual(evicted, [])
      assert.ok(await store.find(live.ref))
    },
  },
  {
    name: 'logins at the same time never leave more than perSubject sessions',
    async run({ store }) {
      const { tag } = newSession()
      const logins = await Promise.all(
        Array.from({ length: 20 }, () => create(store, { tag }, { perSubject: 3 })),
      )
      assert.equal((await store.list(tag)).length, 3)
      assert.equal(logins.flatMap(({ evicted }) => evicted).length, 17)
    },
  },
  {
    name: 'replaces ends that session first: it is published, and not among the evicted',
    async run({ store }) {
      const one = await create(store)
      const { tag } = one.ref
      const two = await create(store, { tag })
      const { evicted, ref } = await create(store, { tag }, { perSubject: 2, replaces: one.ref })
      assert.deepEqual(evicted, [])
      await expectUnknown(store, one.ref)
      assert.equal(await isPublished(store, one.ref), true)
      assert.ok(await store.find(two.ref))
      assert.ok(await store.find(ref))
    },
  },
  {
    name: 'replaces is published though the session is gone already',
    async run({ store }) {
      const gone = newSession()
      await create(store, { tag: gone.tag }, { replaces: gone })
      assert.equal(await isPublished(store, gone), true)
    },
  },
  {
    name: 'create answers that it replaced a session only when that was alive, and so once',
    async run({ store, elapse }) {
      const one = await create(store)
      const { tag } = one.ref
      assert.equal(one.replaced, false, 'nothing was to be replaced')
      const two = await create(store, { tag }, { replaces: one.ref })
      assert.equal(two.replaced, true)
      assert.equal(
        (await create(store, { tag }, { replaces: one.ref })).replaced,
        false,
        'it is gone already',
      )
      assert.equal((await create(store, { tag }, { replaces: newSession({ tag }) })).replaced, false)
      await store.delete(two.ref, { publishFor })
      assert.equal((await create(store, { tag }, { replaces: two.ref })).replaced, false, 'it was logged out')
      const brief = await create(store, { tag, idleTimeout: 1 })
      await elapse(1100)
      assert.equal((await create(store, { tag }, { replaces: brief.ref })).replaced, false, 'it has expired')
    },
  },
  {
    name: 'create with a number that exceeds the limit fails, and changes nothing',
    async run({ store }) {
      const { ref, session } = await create(store)
      for (const [idleTimeout, lifetime] of [
        [2 ** 48, 2 ** 48],
        [60, 2 ** 48],
        [60, 2 ** 48 / 1000],
        [Number.NaN, Number.NaN],
      ] as const) {
        const asked = create(store, { tag: ref.tag, idleTimeout, lifetime }, { perSubject: 1, replaces: ref })
        await assert.rejects(asked)
        assert.deepEqual(await store.list(ref.tag), [session])
        assert.equal(await isPublished(store, ref), false)
      }
    },
  },
  {
    name: 'create that is applied again after the session has ended does not bring it back',
    async run({ store }) {
      const session = newSession()
      await create(store, session)
      await store.deleteAll(session.tag, { publishFor })
      const again = store.create(session, { perSubject: 100, publishFor })
      const outcome = await again.then(
        () => 'created',
        () => 'rejected',
      )
      assert.equal(outcome, 'rejected')
      assert.equal(await store.find(session), undefined)
    },
  },
]
