// What a store forgot is applied again by whoever knows it, beside the reads of the feed.
import { mock } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { memoryStore, type Store, StoreUnavailableError, type TokenEvent } from '@tokenratchet/core'
import t, { type Test } from 'tap'
import { RevocationFeed } from '#internal/sessions/revocation-feed'
import { Revocations } from '#internal/sessions/revocations'

interface Healing {
  elapsed: number
  store: Store
  /** Deletions that have begun and those that may end. */
  deleted: string[]
  gate: Promise<void>
  join(): { feed: RevocationFeed; revocations: Revocations; events: TokenEvent[] }
  pass(seconds: number): Promise<void>
}

/** Processes on one store, whose deletions wait for a gate. Each knows 1,000 revocations that the store has lost. */
function healing(t: Test): Healing {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const inner = memoryStore({ now: () => 1e12 + made.elapsed })
  const made: Healing = {
    elapsed: 0,
    deleted: [],
    gate: Promise.resolve(),
    store: {
      ...inner,
      async delete(ref, how) {
        made.deleted.push(ref.sid)
        await made.gate
        return inner.delete(ref, how)
      },
    },
    join() {
      const events: TokenEvent[] = []
      const emit = (event: TokenEvent): void => void events.push(event)
      const elapsed = (): number => made.elapsed
      const revocations = new Revocations(900, elapsed)
      for (let index = 0; index < 1000; index++) {
        revocations.add({ subjectHash: 'subjectHash', sid: `${index}` })
      }
      // Then the feed is read.
      made.elapsed++
      const { store } = made
      const options = { store, sharding: store, revocations, keepFor: 900, maxStaleness: 10, emit }
      const feed = new RevocationFeed(options, elapsed)
      t.teardown(() => feed.close())
      return { feed, revocations, events }
    },
    async pass(seconds) {
      for (let second = 0; second < seconds; second++) {
        made.elapsed += 1000
        mock.timers.tick(1000)
        for (let turns = 0; turns < 30; turns++) {
          await turn()
        }
      }
    },
  }
  return made
}

t.test('while it is applied again, new revocations arrive each second', async t => {
  const all = healing(t)
  let open = (): void => {}
  all.gate = new Promise(resolve => {
    open = resolve
  })
  const { feed, revocations, events } = all.join()
  await all.pass(1)
  t.equal(all.deleted.length, 100, 'so many at once')
  await memoryDelete(all, 'new')
  await all.pass(1)
  t.ok(revocations.has('new'))
  await all.pass(20)
  t.notOk(feed.isStale(() => 'subjectHash'))
  open()
  await all.pass(1)
  t.equal(events.filter(({ type }) => type === 'revocation_healed').length, 1000)
  const first = await all.store.revokedSince()
  const rest = await all.store.revokedSince(first.cursor)
  t.same([first.revoked.length, rest.revoked.length, rest.hasMore], [1000, 1, false])
})

t.test('what another process has applied again meanwhile is left alone', async t => {
  const all = healing(t)
  let open = (): void => {}
  all.gate = new Promise(resolve => {
    open = resolve
  })
  all.join()
  await all.pass(1)
  for (let index = 0; index < 1000; index++) {
    await memoryDelete(all, `${index}`)
  }
  await all.pass(1)
  open()
  await all.pass(3)
  t.equal(all.deleted.length, 100)
})

t.test(
  'a store that refuses writes meanwhile is asked with one deletion a second, and no read of all of it',
  async t => {
    const all = healing(t)
    const { store } = all
    let [attempts, whole] = [0, 0]
    all.store = {
      ...store,
      delete: async () => {
        attempts++
        throw new StoreUnavailableError()
      },
      revokedSince: async (cursor, how) => {
        whole += cursor === undefined ? 1 : 0
        return store.revokedSince(cursor, how)
      },
    }
    const { events } = all.join()
    await all.pass(10)
    t.same(events, [])
    t.equal(whole, 1)
    t.equal(attempts, 100 + 9)
    Object.assign(all.store, { delete: store.delete })
    await all.pass(2)
    t.equal(events.length, 1000)
  },
)

t.test('a deletion that fails while a read is under way is tried again', async t => {
  const all = healing(t)
  const { store } = all
  let fail = (_error: Error): void => {}
  let answer = (): void => {}
  let reads = 0
  all.store = {
    ...store,
    delete: () =>
      new Promise((_resolve, reject) => {
        fail = reject
      }),
    async revokedSince(cursor, how) {
      reads++
      if (reads === 2) {
        await new Promise<void>(resolve => {
          answer = resolve
        })
      }
      return store.revokedSince(cursor, how)
    },
  }
  const { events } = all.join()
  await all.pass(2)
  t.equal(reads, 2)
  fail(new StoreUnavailableError())
  await turn()
  Object.assign(all.store, { delete: store.delete })
  answer()
  await all.pass(2)
  // The other 99 of the first deletions never settle.
  t.equal(events.length, 901)
})

t.test('what no longer matters is not tried again', async t => {
  const all = healing(t)
  const { store } = all
  let attempts = 0
  all.store = {
    ...store,
    delete: async () => {
      attempts++
      throw new StoreUnavailableError()
    },
  }
  all.join()
  await all.pass(1000)
  attempts = 0
  await all.pass(60)
  t.equal(attempts, 0)
})

t.test('closed meanwhile, it sends nothing more', async t => {
  const all = healing(t)
  let open = (): void => {}
  all.gate = new Promise(resolve => {
    open = resolve
  })
  const { feed } = all.join()
  await all.pass(1)
  feed.close()
  open()
  await all.pass(3)
  t.equal(all.deleted.length, 100)
})

/** As another process would, past the gate. */
async function memoryDelete(all: Healing, sid: string): Promise<void> {
  const { gate, deleted } = all
  all.gate = Promise.resolve()
  all.deleted = []
  await all.store.delete({ subjectHash: 'subjectHash', sid }, { keepFor: 900, always: true })
  Object.assign(all, { gate, deleted })
}
