import { strict as assert } from 'node:assert'
import { create, entryOf, isAnnounced, keepFor, newSession, readFeed, type StoreCase } from './case.js'

export const feedCases: readonly StoreCase[] = [
  {
    name: 'the feed read from a cursor has what was revoked after it, and not what was before',
    async run({ store }) {
      const before = await create(store)
      const { subjectHash } = before.ref
      const after = await create(store, { subjectHash })
      await store.delete(before.ref, { keepFor })
      const { cursor } = await readFeed(store, subjectHash)
      await store.delete(after.ref, { keepFor })
      assert.equal(await isAnnounced(store, before.ref, cursor), false)
      assert.equal(await isAnnounced(store, after.ref, cursor), true)
      assert.equal(await isAnnounced(store, before.ref), true)
    },
  },
  {
    name: 'a cursor that nothing came after is good to read on from',
    async run({ store }) {
      const { subjectHash } = newSession()
      const { cursor } = await readFeed(store, subjectHash, (await readFeed(store, subjectHash)).cursor)
      const { ref } = await create(store, { subjectHash })
      await store.delete(ref, { keepFor })
      assert.equal(await isAnnounced(store, ref, cursor), true)
    },
  },
  {
    name: 'only a reading without a cursor begins at the start: one from a cursor is continuous',
    async run({ store }) {
      const { ref } = await create(store)
      await store.delete(ref, { keepFor })
      const whole = await readFeed(store, ref.subjectHash)
      assert.equal(whole.isContinuous, false)
      assert.equal((await readFeed(store, ref.subjectHash, whole.cursor)).isContinuous, true)
    },
  },
  {
    name: 'a reader that follows its cursor misses none of many revocations',
    async run({ store }) {
      const { subjectHash } = newSession()
      const logins = await Promise.all(Array.from({ length: 50 }, () => create(store, { subjectHash })))
      const seen = new Set<string>()
      let { cursor } = await readFeed(store, subjectHash)
      const read = async (): Promise<void> => {
        const answer = await readFeed(store, subjectHash, cursor)
        cursor = answer.cursor
        for (const { sid } of answer.revoked) {
          seen.add(sid)
        }
      }
      const deletions = logins.map(({ ref }) => store.delete(ref, { keepFor }))
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
    name: 'more than an answer holds is read on from its cursor, each entry once',
    async run({ store }) {
      const { subjectHash } = newSession()
      const refs = Array.from({ length: 2500 }, () => newSession({ subjectHash }))
      for (let at = 0; at < refs.length; at += 100) {
        const some = refs.slice(at, at + 100)
        await Promise.all(
          some.map(({ sid }) => store.delete({ subjectHash, sid }, { keepFor, always: true })),
        )
      }
      const read = (await readFeed(store, subjectHash)).revoked
        .filter(each => each.subjectHash === subjectHash)
        .map(({ sid }) => sid)
      assert.equal(read.length, refs.length)
      assert.deepEqual(new Set(read), new Set(refs.map(({ sid }) => sid)))
    },
  },
  {
    name: 'a revocation stays announced for as long as was asked, and longer when it is asked again',
    async run({ store, elapse }) {
      const { ref } = await create(store)
      await store.delete(ref, { keepFor: 1 })
      await store.delete(ref, { keepFor: 3, always: true })
      await elapse(1500)
      assert.equal(await isAnnounced(store, ref), true)
    },
  },
  {
    name: 'a revocation that is announced again stays where it is: readers that had it do not get it again',
    async run({ store }) {
      const { ref } = await create(store)
      await store.delete(ref, { keepFor })
      const { cursor } = await readFeed(store, ref.subjectHash)
      await store.delete(ref, { keepFor, always: true })
      const again = await readFeed(store, ref.subjectHash, cursor)
      assert.equal(again.isContinuous, true)
      assert.equal(
        again.revoked.some(({ sid }) => sid === ref.sid),
        false,
      )
    },
  },
  {
    name: 'the feed says why: an eviction by a login is no decision, all else is',
    async run({ store }) {
      const old = await create(store)
      const { subjectHash } = old.ref
      const { ref } = await create(store, { subjectHash }, { perSubject: 1 })
      await store.delete(ref, { keepFor })
      assert.equal((await entryOf(store, old.ref))?.kind, 'evicted')
      assert.equal((await entryOf(store, ref))?.kind, 'revoked')
    },
  },
]
