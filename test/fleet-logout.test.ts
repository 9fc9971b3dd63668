// A logout in one process, heard of in another: how late, and at what cost.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { refusedAfter, session, startFleet } from './helpers/fleet.js'

const { one, other, proxyOfOne } = await startFleet(t)

for (const [from, to] of [
  [one, other],
  [other, one],
] as const) {
  t.test(`a logout in ${from.example} is known in ${to.example} within 1.5 s`, async t => {
    const [browser, copy] = await session(from, to)
    t.equal((await browser.post('/auth/logout')).status, 204)
    const late = await refusedAfter(copy, 3000)
    t.comment(`known after ${Math.round(late)} ms`)
    t.ok(late < 1500, `known after ${Math.round(late)} ms`)
    t.equal((await browser.fork(copy.jar).get('/me')).status, 401, 'where it happened it holds too')
  })
}

t.test('of 10 logouts one after the other each is known within 1.5 s', async t => {
  const pairs = await Promise.all(Array.from({ length: 10 }, () => session(one, other)))
  const lates = await Promise.all(
    pairs.map(async ([browser, copy], index) => {
      await sleep(index * 100)
      await browser.post('/auth/logout')
      return refusedAfter(copy, 3000)
    }),
  )
  t.comment(`known after ${lates.map(Math.round).sort((a, b) => a - b)} ms`)
  t.ok(Math.max(...lates) < 1500)
})

t.test('a guarded request sends no command to Redis; a process sends one each second', async t => {
  const [browser] = await session(one, other)
  const commandsOf = async (work: Promise<unknown>): Promise<string[]> => {
    const begun = proxyOfOne.commands.length
    await work
    return proxyOfOne.commands.slice(begun)
  }
  const statuses: number[] = []
  const traffic = async (): Promise<void> => {
    const end = performance.now() + 3000
    while (performance.now() < end) {
      statuses.push((await browser.fork().get('/me')).status)
    }
  }
  const idle = await commandsOf(sleep(3000))
  const busy = await commandsOf(Promise.all(Array.from({ length: 10 }, traffic)))
  t.comment(`${idle.length} commands in 3 s without requests, ${busy.length} with ${statuses.length}`)
  t.ok(statuses.length >= 200, `${statuses.length} requests`)
  t.same([...new Set(statuses)], [200])
  for (const commands of [idle, busy]) {
    t.ok(commands.length >= 2 && commands.length <= 4, `${commands.length} commands`)
    t.same([...new Set(commands)], ['EVALSHA'])
  }
})

t.test('a process that was paused meanwhile knows of it within 1.5 s after it goes on', async t => {
  const [browser, copy] = await session(one, other)
  other.child.kill('SIGSTOP')
  t.teardown(() => other.child.kill('SIGCONT'))
  t.equal((await browser.post('/auth/logout')).status, 204)
  await sleep(2000)
  other.child.kill('SIGCONT')
  const late = await refusedAfter(copy, 3000)
  t.comment(`known ${Math.round(late)} ms after it went on`)
  t.ok(late < 1500, `known after ${Math.round(late)} ms`)
})
