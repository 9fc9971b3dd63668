import { type RedisClient, redisStore } from '@tokenratchet/redis'
import t from 'tap'

/** A client whose server says nothing. */
const silent = (): RedisClient => {
  const never = () => new Promise(() => {})
  return { evalsha: never, eval: never, call: never }
}

t.test('R39: a setTimeout that is installed later ends a call that gets no answer', async t => {
  const store = redisStore(silent(), { timeout: 60_000 })
  const original = globalThis.setTimeout
  t.teardown(() => {
    globalThis.setTimeout = original
  })
  const timers: { after: number | undefined; isHeld: boolean }[] = []
  globalThis.setTimeout = ((run: () => void, after?: number) => {
    setImmediate(run)
    const timer = {
      after,
      isHeld: true,
      unref() {
        timer.isHeld = false
        return timer
      },
    }
    timers.push(timer)
    return timer
  }) as unknown as typeof setTimeout
  await t.rejects(store.list('AAAAAAAAAAAAAAAAAAAAAA'), { code: 'ERR_STORE_UNAVAILABLE' })
  t.match(timers, [{ after: 60_000, isHeld: false }])
})

t.test('R39: a performance.now that is installed later tells how late a command may run', async t => {
  const deadlines: string[] = []
  const answer = async (_script: string, keys: number, ...given: string[]): Promise<unknown> => {
    deadlines.push(given.at(-2) ?? '')
    const call = given[keys]
    return [call, 'absent', '1000000']
  }
  const store = redisStore({ evalsha: answer, eval: answer, call: answer }, { timeout: 2000 })
  const ref = { subjectHash: 'AAAAAAAAAAAAAAAAAAAAAA', sid: 'x' }
  await store.delete(ref, { keepFor: 900 })
  const original = performance.now
  t.teardown(() => {
    performance.now = original
  })
  performance.now = () => original.call(performance) + 5000
  await store.delete(ref, { keepFor: 900 })
  const [earlier = 0, later = 0] = deadlines.slice(-2).map(Number)
  t.ok(later - earlier >= 4900, `${earlier} and ${later}`)
})
