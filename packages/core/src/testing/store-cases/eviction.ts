import { strict as assert } from 'node:assert'
import { create, expectRotation, expectUnknown, isPublished, newSession, type StoreCase } from './case.js'

export const evictionCases: readonly StoreCase[] = [
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
]
