import { strict as assert } from 'node:assert'
import { create, expectRotation, expectUnknown, isAnnounced, newSession, type StoreCase } from './case.js'

export const evictionCases: readonly StoreCase[] = [
  {
    name: 'create ends the sessions unused for longest beyond perSubject, and announces them',
    async run({ store, elapse }) {
      const first = await create(store)
      const { subjectHash } = first.ref
      await elapse(10)
      const second = await create(store, { subjectHash })
      await elapse(10)
      const third = await create(store, { subjectHash })
      await elapse(10)
      await expectRotation(store, first.ref, 0, 'rotated')
      await elapse(10)
      const fourth = await create(store, { subjectHash }, { perSubject: 2 })
      assert.deepEqual(
        new Set(fourth.evicted.map(({ sid }) => sid)),
        new Set([second.ref.sid, third.ref.sid]),
      )
      const left = (await store.list(subjectHash)).map(({ sid }) => sid)
      assert.deepEqual(new Set(left), new Set([first.ref.sid, fourth.ref.sid]))
      assert.equal(await isAnnounced(store, second.ref), true)
      assert.equal(await isAnnounced(store, third.ref), true)
      assert.equal(await isAnnounced(store, first.ref), false)
    },
  },
  {
    name: 'create never evicts the new session, nor one of another subject',
    async run({ store }) {
      const other = await create(store)
      const old = await create(store)
      const { ref, evicted } = await create(store, { subjectHash: old.ref.subjectHash }, { perSubject: 1 })
      assert.deepEqual(
        evicted.map(({ sid }) => sid),
        [old.ref.sid],
      )
      assert.ok((await store.find(ref)).session)
      assert.ok((await store.find(other.ref)).session)
      await expectUnknown(store, old.ref)
    },
  },
  {
    name: 'expired sessions do not count for perSubject, and are not evicted',
    async run({ store, elapse }) {
      const expired = await create(store, { idleTimeout: 1 })
      const { subjectHash } = expired.ref
      const live = await create(store, { subjectHash })
      await elapse(1100)
      const { evicted } = await create(store, { subjectHash }, { perSubject: 2 })
      assert.deepEqual(evicted, [])
      assert.ok((await store.find(live.ref)).session)
    },
  },
  {
    name: 'logins at the same time never leave more than perSubject sessions',
    async run({ store }) {
      const { subjectHash } = newSession()
      const logins = await Promise.all(
        Array.from({ length: 20 }, () => create(store, { subjectHash }, { perSubject: 3 })),
      )
      assert.equal((await store.list(subjectHash)).length, 3)
      assert.equal(logins.flatMap(({ evicted }) => evicted).length, 17)
    },
  },
]
