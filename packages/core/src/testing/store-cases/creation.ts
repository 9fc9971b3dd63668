import { strict as assert } from 'node:assert'
import { create, expectRotation, isAnnounced, keepFor, newSession, type StoreCase } from './case.js'

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
      assert.deepEqual((await store.find(ref)).session, session)
      assert.deepEqual(await store.list(ref.subjectHash), [session])
    },
  },
  {
    name: 'create keeps data to the letter',
    async run({ store }) {
      for (const data of ['', '{"a":"ü€😀\\n"}', '\' " \\ \u0000 | ; , \r\n', 'x'.repeat(10_000)]) {
        const { ref } = await create(store, { data })
        assert.equal((await store.find(ref)).session?.data, data)
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
      assert.equal((await store.list(session.subjectHash)).length, 1)
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
        const asked = create(
          store,
          { subjectHash: ref.subjectHash, idleTimeout, lifetime },
          { perSubject: 1, replaces: ref },
        )
        await assert.rejects(asked)
        assert.deepEqual(await store.list(ref.subjectHash), [session])
        assert.equal(await isAnnounced(store, ref), false)
      }
    },
  },
  {
    name: 'create that is applied again after the session has ended does not bring it back',
    async run({ store }) {
      const session = newSession()
      await create(store, session)
      await store.deleteAll(session.subjectHash, { keepFor })
      const again = store.create(session, { perSubject: 100, keepFor })
      const outcome = await again.then(
        () => 'created',
        () => 'rejected',
      )
      assert.equal(outcome, 'rejected')
      assert.equal((await store.find(session)).session, undefined)
    },
  },
]
