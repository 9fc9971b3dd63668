// A logout in one process, heard of in another: by which read of the feed, and at what cost.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { haveRead, refused, session, startFleet } from './helpers/fleet.js'

const { one, other, proxyOfOne, proxyOfOther } = await startFleet(t)

for (const [from, to, proxy] of [
  [one, other, proxyOfOther],
  [other, one, proxyOfOne],
] as const) {
  t.test(`a logout in ${from.example} is known in ${to.example} by its next read of the feed`, async t => {
    const [browser, copy] = await session(from, to)
    t.equal((await browser.post('/auth/logout')).status, 204)
    const { late, took } = await refused(copy, proxy)
    t.comment(`known after ${took} ms`)
    t.ok(late <= 1, `${late} requests were let in after that read`)
    t.equal((await browser.fork(copy.jar).get('/me')).status, 401, 'where it happened it holds too')
  })
}

t.test('of 10 logouts one after the other each is known by the next read', async t => {
  const pairs = await Promise.all(Array.from({ length: 10 }, () => session(one, other)))
  const all = await Promise.all(
    pairs.map(async ([browser, copy], index) => {
      await sleep(index * 100)
      await browser.post('/auth/logout')
      return refused(copy, proxyOfOther)
    }),
  )
  t.comment(`known after ${all.map(({ took }) => took).sort((a, b) => a - b)} ms`)
  t.ok(
    all.every(({ late }) => late <= 1),
    `${all.map(({ late }) => late)} requests were let in after that read`,
  )
})

t.test('a guarded request sends no command to Redis; a process sends one each second', async t => {
  const [browser] = await session(one, other)
  const [commands, feedReads] = [proxyOfOne.commands.length, proxyOfOne.feedReads]
  const begun = performance.now()
  const reads = (): number => proxyOfOne.feedReads - feedReads
  const statuses: number[] = []
  const traffic = async (): Promise<void> => {
    while (reads() < 3 || statuses.length < 300) {
      statuses.push((await browser.fork().get('/me')).status)
    }
  }
  await Promise.all(Array.from({ length: 10 }, traffic))
  const seconds = (performance.now() - begun) / 1000
  t.comment(`${reads()} commands in ${seconds.toFixed(1)} s, with ${statuses.length} requests`)
  t.same([...new Set(statuses)], [200])
  t.equal(proxyOfOne.commands.length - commands, reads(), 'all of them are reads of the feed')
  // A timer of one second is never early by more than a tick, however busy the machine is.
  t.ok(reads() <= seconds / 0.99 + 1, `${reads()} reads in ${seconds} s`)
})

t.test('a process that was paused meanwhile knows of it by its first read after it goes on', async t => {
  const [browser, copy] = await session(one, other)
  other.child.kill('SIGSTOP')
  t.teardown(() => other.child.kill('SIGCONT'))
  t.equal((await browser.post('/auth/logout')).status, 204)
  await haveRead(proxyOfOne)
  other.child.kill('SIGCONT')
  const { late, took } = await refused(copy, proxyOfOther)
  t.comment(`known ${took} ms after it went on`)
  t.ok(late <= 1, `${late} requests were let in after that read`)
})
