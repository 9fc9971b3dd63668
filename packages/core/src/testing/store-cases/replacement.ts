import { strict as assert } from 'node:assert'
import { create, expectUnknown, isPublished, newSession, publishFor, type StoreCase } from './case.js'

export const replacementCases: readonly StoreCase[] = [
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
]
