import { strict as assert } from 'node:assert'
import { create, isPublished, publishFor, type StoreCase } from './case.js'

export const feedCases: readonly StoreCase[] = [
  {
    name: 'the feed read from a cursor has what was revoked after it, and not what was before',
    async run({ store }) {
      const before = await create(store)
      const after = await create(store)
      await store.delete(before.ref, { publishFor })
      const { cursor } = await store.revokedSince()
      await store.delete(after.ref, { publishFor })
      assert.equal(await isPublished(store, before.ref, cursor), false)
      assert.equal(await isPublished(store, after.ref, cursor), true)
      assert.equal(await isPublished(store, before.ref), true)
    },
  },
  {
    name: 'a cursor that nothing came after is good to read on from',
    async run({ store }) {
      const { cursor } = await store.revokedSince((await store.revokedSince()).cursor)
      const { ref } = await create(store)
      await store.delete(ref, { publishFor })
      assert.equal(await isPublished(store, ref, cursor), true)
    },
  },
  {
    name: 'a reader that follows its cursor misses none of many revocations',
    async run({ store }) {
      const logins = await Promise.all(Array.from({ length: 50 }, () => create(store)))
      const seen = new Set<string>()
      let { cursor } = await store.revokedSince()
      const read = async (): Promise<void> => {
        const answer = await store.revokedSince(cursor)
        cursor = answer.cursor
        for (const { sid } of answer.revoked) {
          seen.add(sid)
        }
      }
      const deletions = logins.map(({ ref }) => store.delete(ref, { publishFor }))
      for (let time = 0; time < 10; time++) {
        await read()
      }
      await Promise.all(deletions)
      await read()
      assert.deepEqual(
        logins.filter(({ ref }) => !seen.has(ref.sid)),
        [],
      )
    },
  },
  {
    name: 'a revocation stays published for as long as was asked, and longer when it is asked again',
    async run({ store, elapse }) {
      const { ref } = await create(store)
      await store.delete(ref, { publishFor: 1 })
      await store.delete(ref, { publishFor: 3, always: true })
      await elapse(1500)
      assert.equal(await isPublished(store, ref), true)
    },
  },
]
