import { strict as assert } from 'node:assert'
import { create, expectUnknown, isAnnounced, keepFor, newSession, rotate, type StoreCase } from './case.js'

export const deletionCases: readonly StoreCase[] = [
  {
    name: 'delete ends one session, announces it, and says so once',
    async run({ store }) {
      const { ref } = await create(store)
      const other = await create(store, { subjectHash: ref.subjectHash })
      assert.equal(await store.delete(ref, { keepFor }), true)
      assert.equal(await isAnnounced(store, ref), true)
      assert.equal(await store.delete(ref, { keepFor }), false)
      await expectUnknown(store, ref)
      assert.ok((await store.find(other.ref)).session)
      assert.equal(await isAnnounced(store, other.ref), false)
    },
  },
  {
    name: 'find of a session that has ended says that its end is announced; of one that nobody knows it does not',
    async run({ store }) {
      const { ref } = await create(store)
      assert.equal((await store.find(ref)).announced, undefined)
      await store.delete(ref, { keepFor })
      const ended = await store.find(ref)
      assert.deepEqual([ended.session, ended.announced], [undefined, 'revoked'])
      const stranger = await store.find({ ...ref, sid: newSession().sid })
      assert.deepEqual([stranger.session, stranger.announced], [undefined, undefined])
      const { ref: old } = await create(store)
      await create(store, { subjectHash: old.subjectHash }, { perSubject: 1 })
      assert.equal((await store.find(old)).announced, 'evicted')
    },
  },
  {
    name: 'delete of what is not there is no error, and is announced only with always',
    async run({ store }) {
      const { subjectHash, sid } = newSession()
      assert.equal(await store.delete({ subjectHash, sid }, { keepFor }), false)
      assert.equal(await isAnnounced(store, { subjectHash, sid }), false)
      assert.equal(await store.delete({ subjectHash, sid }, { keepFor, always: true }), false)
      assert.equal(await isAnnounced(store, { subjectHash, sid }), true)
    },
  },
  {
    name: 'deleteAll ends and announces the sessions of one subject',
    async run({ store }) {
      const other = await create(store)
      const one = await create(store)
      const two = await create(store, { subjectHash: one.ref.subjectHash })
      const ended = await store.deleteAll(one.ref.subjectHash, { keepFor })
      assert.deepEqual(new Set(ended.map(({ sid }) => sid)), new Set([one.ref.sid, two.ref.sid]))
      for (const { ref } of [one, two]) {
        await expectUnknown(store, ref)
        assert.equal(await isAnnounced(store, ref), true)
      }
      assert.ok((await store.find(other.ref)).session)
      assert.deepEqual(await store.deleteAll(one.ref.subjectHash, { keepFor }), [])
    },
  },
  {
    name: 'deleteAll spares the session in except',
    async run({ store }) {
      const one = await create(store)
      const { subjectHash } = one.ref
      const two = await create(store, { subjectHash })
      const ended = await store.deleteAll(subjectHash, { keepFor, except: one.ref.sid })
      assert.deepEqual(
        ended.map(({ sid }) => sid),
        [two.ref.sid],
      )
      assert.ok((await store.find(one.ref)).session)
      assert.equal(await isAnnounced(store, one.ref), false)
    },
  },
  {
    name: 'a refresh that races with the deletion never brings the session back',
    async run({ store }) {
      for (let round = 0; round < 20; round++) {
        const { ref } = await create(store)
        await Promise.all([
          rotate(store, ref, 0),
          round % 2 === 0 ? store.delete(ref, { keepFor }) : store.deleteAll(ref.subjectHash, { keepFor }),
          rotate(store, ref, 0),
        ])
        await expectUnknown(store, ref)
        assert.equal(await isAnnounced(store, ref), true)
      }
    },
  },
]
