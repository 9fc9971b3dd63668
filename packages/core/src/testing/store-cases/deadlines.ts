import { strict as assert } from 'node:assert'
import { create, expectRotation, expectUnknown, isAnnounced, keepFor, type StoreCase } from './case.js'

export const deadlineCases: readonly StoreCase[] = [
  {
    name: 'a session that is not used ends at its idle deadline',
    async run({ store, elapse }) {
      const { ref } = await create(store, { idleTimeout: 1 })
      await elapse(1100)
      await expectUnknown(store, ref)
    },
  },
  {
    name: 'a rotation moves the idle deadline by the timeout given at login',
    async run({ store, elapse }) {
      const { ref } = await create(store, { idleTimeout: 3 })
      await elapse(1800)
      const { generation, idleUntil, now } = await expectRotation(store, ref, 0, 'rotated')
      assert.equal(idleUntil, now + 3000)
      await elapse(1800)
      await expectRotation(store, ref, generation, 'rotated')
    },
  },
  {
    name: 'a reissue does not move the idle deadline',
    async run({ store, elapse }) {
      const { ref } = await create(store, { idleTimeout: 3 })
      await expectRotation(store, ref, 0, 'rotated')
      await elapse(1800)
      const { generation } = await expectRotation(store, ref, 0, 'reissued')
      await elapse(1800)
      await expectUnknown(store, ref, generation)
    },
  },
  {
    name: 'the absolute deadline never moves, and caps the idle deadline',
    async run({ store, elapse }) {
      const { ref, session } = await create(store, { idleTimeout: 3, lifetime: 3 })
      assert.equal(session.idleUntil, session.absoluteUntil)
      await elapse(1500)
      const rotated = await expectRotation(store, ref, 0, 'rotated')
      assert.equal(rotated.absoluteUntil, session.absoluteUntil)
      assert.equal(rotated.idleUntil, session.absoluteUntil)
      const healed = await expectRotation(store, ref, rotated.generation + 10_000, 'healed')
      assert.deepEqual(
        [healed.absoluteUntil, healed.idleUntil],
        [session.absoluteUntil, session.absoluteUntil],
      )
      await elapse(1600)
      await expectUnknown(store, ref, healed.generation)
    },
  },
  {
    name: 'sessions of one subject expire each on its own',
    async run({ store, elapse }) {
      const long = await create(store)
      const short = await create(store, { subjectHash: long.ref.subjectHash, idleTimeout: 1 })
      await elapse(1100)
      await expectUnknown(store, short.ref)
      await expectRotation(store, long.ref, 0, 'rotated')
      assert.deepEqual(
        (await store.list(long.ref.subjectHash)).map(({ sid }) => sid),
        [long.ref.sid],
      )
    },
  },
  {
    name: 'an expired session is not there to be deleted, and a stranger who names it announces nothing',
    async run({ store, elapse }) {
      const { ref } = await create(store, { idleTimeout: 1 })
      await elapse(1100)
      assert.equal(await store.delete(ref, { keepFor }), false)
      assert.deepEqual(await store.deleteAll(ref.subjectHash, { keepFor }), [])
      assert.equal(await isAnnounced(store, ref), false)
    },
  },
]
