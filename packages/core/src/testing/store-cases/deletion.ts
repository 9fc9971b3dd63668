import { strict as assert } from 'node:assert'
import { create, expectUnknown, isPublished, newSession, publishFor, rotate, type StoreCase } from './case.js'

export const deletionCases: readonly StoreCase[] = [
  {
    name: 'delete ends one session, publishes it, and says so once',
    async run({ store }) {
      const { ref } = await create(store)
      const other = await create(store, { tag: ref.tag })
      assert.equal(await store.delete(ref, { publishFor }), true)
      assert.equal(await isPublished(store, ref), true)
      assert.equal(await store.delete(ref, { publishFor }), false)
      await expectUnknown(store, ref)
      assert.ok(await store.find(other.ref))
      assert.equal(await isPublished(store, other.ref), false)
    },
  },
  {
    name: 'delete of what is not there is no error, and is published only with always',
    async run({ store }) {
      const { tag, sid } = newSession()
      assert.equal(await store.delete({ tag, sid }, { publishFor }), false)
      assert.equal(await isPublished(store, { tag, sid }), false)
      assert.equal(await store.delete({ tag, sid }, { publishFor, always: true }), false)
      assert.equal(await isPublished(store, { tag, sid }), true)
    },
  },
  {
    name: 'deleteAll ends and publishes the sessions of one subject',
    async run({ store }) {
      const other = await create(store)
      const one = await create(store)
      const two = await create(store, { tag: one.ref.tag })
      const ended = await store.deleteAll(one.ref.tag, { publishFor })
      assert.deepEqual(new Set(ended.map(({ sid }) => sid)), new Set([one.ref.sid, two.ref.sid]))
      for (const { ref } of [one, two]) {
        await expectUnknown(store, ref)
        assert.equal(await isPublished(store, ref), true)
      }
      assert.ok(await store.find(other.ref))
      assert.deepEqual(await store.deleteAll(one.ref.tag, { publishFor }), [])
    },
  },
  {
    name: 'deleteAll spares the session in except',
    async run({ store }) {
      const one = await create(store)
      const { tag } = one.ref
      const two = await create(store, { tag })
      const ended = await store.deleteAll(tag, { publishFor, except: one.ref.sid })
      assert.deepEqual(
        ended.map(({ sid }) => sid),
        [two.ref.sid],
      )
      assert.ok(await store.find(one.ref))
      assert.equal(await isPublished(store, one.ref), false)
    },
  },
  {
    name: 'a refresh that races with the deletion never brings the session back',
    async run({ store }) {
      for (let round = 0; round < 20; round++) {
        const { ref } = await create(store)
        await Promise.all([
          rotate(store, ref, 0),
          round % 2 === 0 ? store.delete(ref, { publishFor }) : store.deleteAll(ref.tag, { publishFor }),
          rotate(store, ref, 0),
        ])
        await expectUnknown(store, ref)
        assert.equal(await isPublished(store, ref), true)
      }
    },
  },
]
