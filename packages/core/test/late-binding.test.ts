import { createTokens, memoryStore, type Revoked, type Store } from '@tokenratchet/core'
import t, { type Test } from 'tap'
import { outcome, randomSecret, verdict } from './fixture.js'

const minute = 60_000
const day = 1440 * minute

/** As fake timers do it: replaced after the fact, until the end of the test. */
function replace<Name extends 'now'>(
  t: Test,
  owner: Record<Name, () => number>,
  name: Name,
): { move(by: number): void } {
  const original = owner[name]
  let moved = 0
  owner[name] = () => original.call(owner) + moved
  t.teardown(() => {
    owner[name] = original
  })
  return {
    move(by) {
      moved += by
    },
  }
}

t.test('R39: a Date.now that is installed later is the clock of tokens and of the memory store', async t => {
  const secret = randomSecret()
  const stores = { default: undefined, memoryStore: memoryStore() }
  for (const [name, store] of Object.entries(stores)) {
    await t.test(name, async t => {
      const tokens = createTokens({ secret, store })
      t.teardown(() => tokens.close())
      const clock = replace(t, Date, 'now')
      const { accessToken, refreshToken } = await tokens.issue({ subject: 'ada' })
      clock.move(9 * minute)
      t.equal(verdict(tokens, accessToken), 'accepted')
      clock.move(minute)
      t.equal(verdict(tokens, accessToken), 'ERR_ACCESS_TOKEN_EXPIRED')
      const next = await tokens.refresh(refreshToken)
      t.equal(verdict(tokens, next.accessToken), 'accepted')
      clock.move(14 * day)
      t.equal(await outcome(tokens.refresh(next.refreshToken)), 'ERR_INVALID_GRANT')
      t.same(await tokens.sessions('ada'), [])
    })
  }
})

t.test('R39: a performance.now that is installed later tells how old the view of revocations is', async t => {
  let isDown = false
  const memory = memoryStore()
  const store: Store = {
    ...memory,
    revokedSince: async cursor => {
      if (isDown) {
        throw new Error('down')
      }
      return memory.revokedSince(cursor)
    },
  }
  const tokens = createTokens({ secret: randomSecret(), store, onStale: 'reject' })
  t.teardown(() => tokens.close())
  await tokens.ready()
  const { accessToken } = await tokens.issue({ subject: 'ada' })
  isDown = true
  const clock = replace(t, performance, 'now')
  clock.move(9000)
  t.equal(verdict(tokens, accessToken), 'accepted')
  clock.move(2000)
  t.match(verdict(tokens, accessToken), /ERR_STORE_UNAVAILABLE/)
})

t.test(
  'R39: a setTimeout that is installed later runs the reads of the feed, and is not awaited',
  async t => {
    const asked: unknown[] = []
    const answers: ((revoked: Revoked) => void)[] = []
    const store: Store = {
      ...memoryStore(),
      revokedSince: cursor => {
        asked.push(cursor)
        return new Promise(resolve => answers.push(resolve))
      },
    }
    const tokens = createTokens({ secret: randomSecret(), store })
    t.teardown(() => tokens.close())
    const timers: { run: () => void; after: number | undefined; isHeld: boolean }[] = []
    const original = globalThis.setTimeout
    t.teardown(() => {
      globalThis.setTimeout = original
    })
    globalThis.setTimeout = ((run: () => void, after?: number) => {
      const timer = { run, after, isHeld: true }
      timers.push(timer)
      return Object.assign(timer, {
        unref() {
          timer.isHeld = false
          return timer
        },
      })
    }) as unknown as typeof setTimeout
    answers[0]?.({ revoked: [], cursor: 'one', isContinuous: true, hasMore: false })
    await tokens.ready()
    await new Promise(resolve => setImmediate(resolve))
    t.match(timers, [{ after: 1000, isHeld: false }])
    timers[0]?.run()
    t.same(asked, [undefined, 'one'])
    t.notOk(
      timers.some(({ isHeld }) => isHeld),
      'no timer keeps a process alive',
    )
  },
)

t.test('R39: a setTimeout that is installed later ends the wait for the claims hook', async t => {
  const events: string[] = []
  const tokens = createTokens({
    secret: randomSecret(),
    claims: () => new Promise<undefined>(() => {}),
    onEvent: ({ type }) => void events.push(type),
  })
  const { refreshToken } = await tokens.issue({ subject: 'ada' })
  const original = globalThis.setTimeout
  t.teardown(() => {
    globalThis.setTimeout = original
  })
  let isHeld = true
  globalThis.setTimeout = ((run: () => void) => {
    setImmediate(run)
    const timer = {
      unref() {
        isHeld = false
        return timer
      },
    }
    return timer
  }) as unknown as typeof setTimeout
  t.match(await outcome(tokens.refresh(refreshToken)), /ERR_STORE_UNAVAILABLE/)
  t.same(events, ['issued', 'claims_unavailable'])
  t.notOk(isHeld)
})
