import { strict as assert } from 'node:assert'
import { create, expectRotation, expectUnknown, recovery, rotate, type StoreCase } from './case.js'

export const recoveryCases: readonly StoreCase[] = [
  {
    name: 'without a recovery window a generation is good once',
    async run({ store }) {
      const { ref } = await create(store)
      await expectRotation(store, ref, 0, 'rotated', 0)
      await expectRotation(store, ref, 0, 'reused', 0)
    },
  },
  {
    name: 'the recovery window is set by a rotation, ends, and is not moved by a reissue',
    async run({ store, elapse }) {
      const { ref } = await create(store)
      await expectRotation(store, ref, 0, 'rotated', 3)
      await elapse(1800)
      const { generation } = await expectRotation(store, ref, 0, 'reissued', recovery)
      await elapse(1800)
      await expectRotation(store, ref, 0, 'reused', recovery)
      await expectUnknown(store, ref, generation)
    },
  },
  {
    name: 'a successor stays good after the recovery window of its parent',
    async run({ store, elapse }) {
      const { ref } = await create(store)
      const { generation } = await expectRotation(store, ref, 0, 'rotated', 1)
      await elapse(1100)
      await expectRotation(store, ref, generation, 'rotated', 1)
    },
  },
  {
    name: 'k > g is healed: above k, its own successors good, everything older dead',
    async run({ store }) {
      const { ref, session } = await create(store)
      const rotated = await expectRotation(store, ref, 0, 'rotated')
      const lost = rotated.generation + 1_000_000
      const { now, ...healed } = await expectRotation(store, ref, lost, 'healed')
      assert.ok(healed.generation > lost)
      assert.deepEqual([healed.usedAt, healed.idleUntil], [now, now + 3_600_000])
      assert.equal(healed.absoluteUntil, session.absoluteUntil)
      const again = await expectRotation(store, ref, lost, 'reissued')
      await expectRotation(store, ref, again.generation, 'rotated')
      await expectRotation(store, ref, rotated.generation, 'reused')
    },
  },
  {
    name: 'generations of 6 bytes are kept exactly',
    async run({ store }) {
      const { ref } = await create(store)
      const big = 2 ** 48 - 10
      const { generation } = await expectRotation(store, ref, big, 'healed')
      assert.equal(generation, big + 1)
      assert.equal((await expectRotation(store, ref, big, 'reissued')).generation, big + 2)
      assert.equal((await expectRotation(store, ref, big + 1, 'rotated')).generation, big + 3)
    },
  },
  {
    name: 'a generation whose successor does not fit into 6 bytes fails, and changes nothing',
    async run({ store }) {
      const { ref } = await create(store)
      const max = 2 ** 48 - 1
      const last = await expectRotation(store, ref, max - 1, 'healed')
      assert.equal(last.generation, max)
      const before = (await store.find(ref)).session
      for (const generation of [max - 1, max]) {
        await assert.rejects(rotate(store, ref, generation))
        assert.deepEqual((await store.find(ref)).session, before)
      }
      await expectRotation(store, ref, 0, 'reused')
    },
  },
]
