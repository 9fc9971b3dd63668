import { strict as assert } from 'node:assert'
import {
  create,
  expectRotation,
  expectUnknown,
  isAnnounced,
  newSession,
  rotate,
  type StoreCase,
} from './case.js'

export const rotationCases: readonly StoreCase[] = [
  {
    name: 'rotate of a session that is not there is unknown, and creates nothing',
    async run({ store }) {
      const { subjectHash, sid } = newSession()
      await expectUnknown(store, { subjectHash, sid })
      const { ref } = await create(store)
      await expectUnknown(store, { subjectHash, sid: ref.sid })
      await expectUnknown(store, { subjectHash: ref.subjectHash, sid })
    },
  },
  {
    name: 'f <= k <= g is rotated: a new generation, the idle deadline moves, the rest stays',
    async run({ store, elapse }) {
      const { ref, session } = await create(store)
      await elapse(20)
      const { now, ...rotated } = await expectRotation(store, ref, 0, 'rotated')
      const moved = { generation: rotated.generation, usedAt: now, idleUntil: now + 3_600_000 }
      assert.deepEqual(rotated, { ...session, ...moved })
      assert.ok(rotated.generation >= 1)
      assert.deepEqual((await store.find(ref)).session, rotated)
      const next = await expectRotation(store, ref, rotated.generation, 'rotated')
      assert.ok(next.generation > rotated.generation)
    },
  },
  {
    name: 'the newest generation is max(newest + 1, milliseconds from the creation until the caller asked)',
    async run({ store, elapse }) {
      const { ref, session, now } = await create(store)
      await elapse(500)
      const first = await expectRotation(store, ref, 0, 'rotated')
      // A timer may be a millisecond early, and the time at the store is known in whole ones.
      assert.ok(first.generation >= now + 498 - session.createdAt, 'not before it was asked')
      assert.ok(first.generation <= first.now - session.createdAt, 'nor after the answer')
      const second = await expectRotation(store, ref, first.generation, 'rotated')
      assert.ok(second.generation > first.generation)
      assert.ok(second.generation <= Math.max(first.generation + 1, second.now - session.createdAt))
    },
  },
  {
    name: 'k = p is reissued as often as it asks: one more sibling, and nothing else moves',
    async run({ store, elapse }) {
      const { ref } = await create(store)
      const { now: _now, ...rotated } = await expectRotation(store, ref, 0, 'rotated')
      let newest = rotated.generation
      for (let time = 0; time < 5; time++) {
        await elapse(5)
        const { now: _later, ...reissued } = await expectRotation(store, ref, 0, 'reissued')
        assert.ok(reissued.generation > newest)
        newest = reissued.generation
        assert.deepEqual(reissued, { ...rotated, generation: newest })
      }
    },
  },
  {
    name: 'the first successor used wins, whichever it is, and its siblings then end the session',
    async run({ store }) {
      for (const used of [0, 1, 2]) {
        for (const late of [0, 1, 2].filter(each => each !== used)) {
          const { ref } = await create(store)
          const siblings = [
            await expectRotation(store, ref, 0, 'rotated'),
            await expectRotation(store, ref, 0, 'reissued'),
            await expectRotation(store, ref, 0, 'reissued'),
          ].map(({ generation }) => generation)
          const { generation } = await expectRotation(store, ref, siblings[used] as number, 'rotated')
          await expectRotation(store, ref, siblings[late] as number, 'reused')
          await expectUnknown(store, ref, generation)
        }
      }
    },
  },
  {
    name: 'a generation older than the last one used ends the session, and announces it',
    async run({ store }) {
      const { ref } = await create(store)
      const one = await expectRotation(store, ref, 0, 'rotated')
      const two = await expectRotation(store, ref, one.generation, 'rotated')
      const { cursor } = await store.revokedSince()
      const reused = await expectRotation(store, ref, 0, 'reused')
      assert.deepEqual([reused.generation, reused.data], [two.generation, two.data])
      assert.equal(await isAnnounced(store, ref, cursor), true)
      for (const generation of [0, one.generation, two.generation, two.generation + 1]) {
        await expectUnknown(store, ref, generation)
      }
    },
  },
  {
    name: 'a number below the siblings that was never issued ends the session',
    async run({ store, elapse }) {
      const { ref } = await create(store)
      await elapse(100)
      const { generation } = await expectRotation(store, ref, 0, 'rotated')
      await expectRotation(store, ref, generation - 1, 'reused')
    },
  },
  {
    name: '100 refreshes of one token at the same time: one rotation, 99 reissues, 100 different successors',
    async run({ store }) {
      const { ref } = await create(store)
      const answers = await Promise.all(Array.from({ length: 100 }, () => rotate(store, ref, 0)))
      const outcomes = answers.map(({ outcome }) => outcome).sort()
      assert.deepEqual(outcomes, [...Array.from({ length: 99 }, () => 'reissued'), 'rotated'])
      const generations = answers.map(answer =>
        'session' in answer ? answer.session.generation : Number.NaN,
      )
      assert.equal(new Set(generations).size, 100)
      const [used, late] = [generations[57], generations[3]] as [number, number]
      await expectRotation(store, ref, used, 'rotated')
      await expectRotation(store, ref, late, 'reused')
    },
  },
]
