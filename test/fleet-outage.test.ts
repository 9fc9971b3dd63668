// What a process knows of the others' logouts when Redis can't be reached, forgets, or has another clock than before.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { haveRead, refused, session, startFleet } from './helpers/fleet.js'

const { redis, one, other, proxyOfOne, proxyOfOther } = await startFleet(t)
const feeds = Array.from({ length: 16 }, (_, bucket) => `{tokenratchet:${bucket.toString(16)}}:feed`)

t.test(
  'cut off from Redis a process goes on, and hears of a logout by its first read when it is back',
  async t => {
    const [browser, copy] = await session(one, other)
    proxyOfOther.isDown = true
    t.equal((await browser.post('/auth/logout')).status, 204)
    const statuses: number[] = []
    const end = performance.now() + 3000
    while (performance.now() < end) {
      statuses.push((await copy.get('/me')).status)
      await sleep(20)
    }
    t.same([...new Set(statuses)], [200], 'onStale accept is the default')
    t.equal((await browser.get('/me')).status, 401, 'the other process is not concerned')
    const refresh = await copy.refresh()
    t.equal(refresh.status, 503)
    t.match(refresh.headers.get('retry-after'), /^\d+$/)
    t.same(refresh.cookies, [])
    proxyOfOther.isDown = false
    const { late, took } = await refused(copy, proxyOfOther)
    t.comment(`known ${took} ms after the connection was possible again`)
    t.ok(late <= 1, `${late} requests were let in after that read`)
  },
)

t.test('a feed that was deleted takes nothing back, and what is revoked after it arrives', async t => {
  const [[before, copyOfBefore], [after, copyOfAfter]] = await Promise.all([
    session(one, other),
    session(one, other),
  ])
  await before.post('/auth/logout')
  t.ok((await refused(copyOfBefore, proxyOfOther)).late <= 1)
  await redis.command('DEL', ...feeds)
  await haveRead(proxyOfOne, proxyOfOther)
  for (const browser of [before.fork(copyOfBefore.jar), copyOfBefore]) {
    t.equal((await browser.get('/me')).status, 401)
    t.equal((await browser.refresh()).status, 400)
  }
  await after.post('/auth/logout')
  t.ok((await refused(copyOfAfter, proxyOfOther)).late <= 1)
  t.equal((await copyOfBefore.get('/me')).status, 401)
})

for (const [what, hours] of [
  ['was an hour ahead, and was set back', 1],
  ['was an hour behind, and was set forward', -1],
] as const) {
  t.test(`a logout arrives from a server whose clock ${what}`, async t => {
    const pairs = await Promise.all(Array.from({ length: 4 }, () => session(one, other)))
    // What such a clock has left behind; the processes have read it, and go on from there.
    const score = `${(Date.now() + hours * 3_600_000) * 1000}`
    for (const feed of feeds) {
      await redis.command('DEL', feed)
      await redis.command('ZADD', feed, score, `a${'-'.repeat(21)}|b${'-'.repeat(21)}`)
    }
    await haveRead(proxyOfOne, proxyOfOther)
    await expectAllArrive(t, pairs)
  })
}

t.test('a logout arrives from a server that took over with a clock behind that of the last one', async t => {
  const pairs = await Promise.all(Array.from({ length: 4 }, () => session(one, other)))
  const member = (letter: string): string => `${letter.repeat(22)}|${letter.repeat(22)}`
  const micros = (Date.now() + 3_600_000) * 1000
  for (const feed of feeds) {
    await redis.command('ZADD', feed, `${micros}`, member('c'))
  }
  await haveRead(proxyOfOne, proxyOfOther)
  for (const feed of feeds) {
    await redis.command('DEL', feed)
    await redis.command('ZADD', feed, `${micros - 2 * 3_600_000_000}`, member('d'))
  }
  await expectAllArrive(t, pairs)
})

/** Logs out in one process and watches the other, both ways. */
async function expectAllArrive(
  t: Pick<typeof import('tap').t, 'ok' | 'comment'>,
  pairs: readonly Awaited<ReturnType<typeof session>>[],
): Promise<void> {
  const all = await Promise.all(
    pairs.map(async ([here, there], index) => {
      const [ends, hears, proxy] =
        index % 2 === 0 ? ([here, there, proxyOfOther] as const) : ([there, here, proxyOfOne] as const)
      await ends.post('/auth/logout')
      return refused(hears, proxy)
    }),
  )
  t.comment(`known after ${all.map(({ took }) => took)} ms`)
  t.ok(
    all.every(({ late }) => late <= 1),
    `${all.map(({ late }) => late)} requests were let in after that read`,
  )
}
