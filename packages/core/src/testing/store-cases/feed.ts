import { strict as assert } from 'node:assert'
import { create, entryOf, isPublished, newSession, publishFor, readFeed, type StoreCase } from './case.js'

export const feedCases: readonly StoreCase[] = [
  {
    name: 'the feed read from a cursor has what was revoked after it, and not what was before',
    async run({ store }) {
      const before = await create(store)
      const { tag } = before.ref
      const after = await create(store, { tag })
      await store.delete(before.ref, { publishFor })
      const { cursor } = await readFeed(store, tag)
      await store.delete(after.ref, { publishFor })
      assert.equal(await isPublished(store, before.ref, cursor), false)
      assert.equal(await isPublished(store, after.ref, cursor), true)
      assert.equal(await isPublished(store, before.ref), true)
    },
  },
  {
    name: 'a cursor that nothing came after is good to read on from',
    async run({ store }) {
      const { tag } = newSession()
      const { cursor } = await readFeed(store, tag, (await readFeed(store, tag)).cursor)
      const { ref } = await create(store, { tag })
      await store.delete(ref, { publishFor })
      assert.equal(await isPublished(store, ref, cursor), true)
    },
  },
  {
    name: 'only a reading without a cursor begins at the start: one from a cursor is continuous',
    async run({ store }) {
      const { ref } = await create(store)
      await store.delete(ref, { publishFor })
      const whole = await readFeed(store, ref.tag)
      assert.equal(whole.isContinuous, false)
      assert.equal((await readFeed(store, ref.tag, whole.cursor)).isContinuous, true)
    },
  },
  {
    name: 'a reader that follows its cursor misses none of many revocations',
    async run({ store }) {
      const { tag } = newSession()
      const logins = await Promise.all(Array.from({ length: 50 }, () => create(store, { tag })))
      const seen = new Set<string>()
      let { cursor } = await readFeed(store, tag)
      const read = async (): Promise<void> => {
        const answer = await readFeed(store, tag, cursor)
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
    name: 'more than an answer holds is read on from its cursor, each entry once',
    async run({ store }) {
      const { tag } = newSession()
      const refs = Array.from({ length: 2500 }, () => newSession({ tag }))
      for (let at = 0; at < refs.length; at += 100) {
        const some = refs.slice(at, at + 100)
        await Promise.all(some.map(({ sid }) => store.delete({ tag, sid }, { publishFor, always: true })))
      }
      const read = (await readFeed(store, tag)).revoked.filter(each => each.tag === tag).map(({ sid }) => sid)
      assert.equal(read.length, refs.length)
      assert.deepEqual(new Set(read), new Set(refs.map(({ sid }) => sid)))
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
  {
    name: 'a revocation that is published again stays where it is: readers that had it do not get it again',
    async run({ store }) {
      const { ref } = await create(store)
      await store.delete(ref, { publishFor })
      const { cursor } = await readFeed(store, ref.tag)
      await store.delete(ref, { publishFor, always: true })
      const again = await readFeed(store, ref.tag, cursor)
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
      const { tag } = old.ref
      const { ref } = await create(store, { tag }, { perSubject: 1 })
      await store.delete(ref, { publishFor })
      assert.equal((await entryOf(store, old.ref))?.kind, 'evicted')
      assert.equal((await entryOf(store, ref))?.kind, 'revoked')
    },
  },
]
