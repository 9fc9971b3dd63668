import { strict as assert } from 'node:assert'
import { create, expectUnknown, isAnnounced, keepFor, newSession, type StoreCase } from './case.js'

export const replacementCases: readonly StoreCase[] = [
  {
    name: 'replaces ends that session first: it is announced, and not among the evicted',
    async run({ store }) {
      const one = await create(store)
      const { subjectHash } = one.ref
      const two = await create(store, { subjectHash })
      const { evicted, ref } = await create(store, { subjectHash }, { perSubject: 2, replaces: one.ref })
      assert.deepEqual(evicted, [])
      await expectUnknown(store, one.ref)
      assert.equal(await isAnnounced(store, one.ref), true)
      assert.ok((await store.find(two.ref)).session)
      assert.ok((await store.find(ref)).session)
    },
  },
  {
    name: 'replaces is announced though the session is gone already',
    async run({ store }) {
      const gone = newSession()
      await create(store, { subjectHash: gone.subjectHash }, { replaces: gone })
      assert.equal(await isAnnounced(store, gone), true)
    },
  },
  {
    name: 'create answers that it replaced a session only when that was alive, and so once',
    async run({ store, elapse }) {
      const one = await create(store)
      const { subjectHash } = one.ref
      assert.equal(one.replaced, false, 'nothing was to be replaced')
      const two = await create(store, { subjectHash }, { replaces: one.ref })
      assert.equal(two.replaced, true)
      assert.equal(
        (await create(store, { subjectHash }, { replaces: one.ref })).replaced,
        false,
        'it is gone already',
      )
      assert.equal(
        (await create(store, { subjectHash }, { replaces: newSession({ subjectHash }) })).replaced,
        false,
      )
      await store.delete(two.ref, { keepFor })
      assert.equal(
        (await create(store, { subjectHash }, { replaces: two.ref })).replaced,
        false,
        'it was logged out',
      )
      const brief = await create(store, { subjectHash, idleTimeout: 1 })
      await elapse(1100)
      assert.equal(
        (await create(store, { subjectHash }, { replaces: brief.ref })).replaced,
        false,
        'it has expired',
      )
    },
  },
]
