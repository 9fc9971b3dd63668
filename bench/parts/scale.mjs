// 5. Many sessions, many rotations, many revocations.

import { randomBytes } from 'node:crypto'
import { createTokens } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import { secret } from '../contestants/common.mjs'
import { fill, usedMemory } from '../fill.mjs'
import { ask, end, messageOf, startModule } from '../processes.mjs'
import { connect, startRedis } from '../redis-server.mjs'
import { atMost, whole as digits, fixed, goal, goals, table } from '../report.mjs'
import { quantile, ratio } from '../stats.mjs'

/** Seconds: the default access token's lifetime, and 300. */
const keepFor = 900

export async function scale({ redis, settings: { scale: settings } }) {
  const sections = [
    await sessionsSection(settings),
    await memorySection(settings),
    await rotationsSection(redis),
    await feedSection(redis, settings),
  ]
  return `## Scale\n\n${sections.join('\n\n')}`
}

/** What a session took on 2026-11-21. */
const bytesAtMost = 465

/** A server for each size, so that they take turns. */
async function sessionsSection({ sizes, active, rounds, refreshes }) {
  const redises = []
  const rows = []
  try {
    for (const size of sizes) {
      const redis = await startRedis()
      redises.push(redis)
      const { refreshTokens, bytesEach } = await fill(redis.path, size, active)
      const child = startModule('refreshing.mjs', { redis: redis.path, secret })
      await messageOf(child)
      // Each session once and more, which is the warm-up too.
      await ask(child, { refreshTokens, refreshes: refreshTokens.length })
      rows.push({ size, bytesEach, child, active: refreshTokens.length, p50: [], p99: [] })
    }
    for (let round = 0; round < rounds; round++) {
      for (const row of rows) {
        const { took } = await ask(row.child, { refreshes })
        row.p50.push(quantile(took, 0.5))
        row.p99.push(quantile(took, 0.99))
      }
    }
  } finally {
    await Promise.all(rows.map(({ child }) => end(child)))
    await Promise.all(redises.map(redis => redis.stop()))
  }
  return `### Sessions\n\nOne of each user; refreshes without HTTP, four at a time, of the active ones in turn.\n\n${sessionsTable(rows)}`
}

function sessionsTable(rows) {
  const [fewest, most] = [rows[0], rows.at(-1)]
  const figures = table(
    ['sessions', 'of them active', 'bytes each in Redis', 'refresh p50', 'p99', 'p50, to the fewest', 'p99'],
    rows.map(({ size, active, bytesEach, p50, p99 }) => [
      digits(size),
      digits(active),
      fixed(bytesEach, 0),
      `${fixed(quantile(p50, 0.5), 3)} ms`,
      `${fixed(quantile(p99, 0.5), 3)} ms`,
      fixed(ratio(p50, fewest.p50)),
      fixed(ratio(p99, fewest.p99)),
    ]),
  )
  const slower = name => {
    const times = ratio(most[name], fewest[name])
    const text = `${name} at ${digits(most.size)} sessions: times that at ${digits(fewest.size)}`
    return goal(text, atMost(1.1), fixed(times), times <= 1.1)
  }
  return `${figures}\n\n${goals([
    slower('p50'),
    slower('p99'),
    goal(
      `bytes a session at ${digits(most.size)}`,
      atMost(bytesAtMost),
      fixed(most.bytesEach, 0),
      Math.round(most.bytesEach) <= bytesAtMost,
    ),
  ])}`
}

/** Longer values make Redis keep a user's sessions in a hash table, which is dearer than a list of as many. */
const listed = ['--hash-max-listpack-value', '512']

async function memorySection({ sizes: [, size] }) {
  const rows = []
  for (const perUser of [1, 2, 5]) {
    const bytes = []
    for (const settings of [[], listed]) {
      const redis = await startRedis(settings)
      bytes.push((await fill(redis.path, size, 1, perUser)).bytesEach)
      await redis.stop()
    }
    rows.push([perUser, ...bytes.map(each => fixed(each, 0))])
  }
  const heads = ['sessions a user', 'bytes each in Redis', `with ${listed.join(' ').slice(2)}`]
  return `### Memory of ${digits(size)} sessions\n\n${table(heads, rows)}`
}

async function rotationsSection(path) {
  const redis = connect(path)
  const tokens = createTokens({ secret, store: redisStore(redis) })
  const sizes = []
  let { refreshToken } = await tokens.issue({ subject: 'rotating', claims: { role: 'member' } })
  const [, [key]] = await redis.scan('0', 'MATCH', '*:s:*', 'COUNT', 1000)
  const note = async rotations =>
    sizes.push([digits(rotations), digits(await redis.memory('USAGE', key)), digits(await redis.dbsize())])
  await note(0)
  for (let rotation = 1; rotation <= 1000; rotation++) {
    refreshToken = (await tokens.refresh(refreshToken)).refreshToken
    if (rotation === 1 || rotation === 1000) {
      await note(rotation)
    }
  }
  await tokens.close()
  redis.disconnect()
  return `### Rotations of one session\n\n${table(['rotations', 'bytes of its key', 'keys in Redis'], sizes)}`
}

async function feedSection(path, { revocations, idle }) {
  const redis = connect(path)
  const inRedis = []
  const inProcess = []
  const costs = []
  for (const size of revocations) {
    await redis.flushall()
    const empty = await usedMemory(redis)
    await publish(redis, size)
    const bytes = (await usedMemory(redis)) - empty
    const cursor = await endOfFeed(redisStore(redis))
    const poll = await costOf(redis, 100, cursor)
    const whole = await costOf(redis, 5)
    inRedis.push([digits(size), each(bytes, size), ...figures(poll), ...figures(whole)])
    costs.push({ size, poll: poll.server, whole: whole.server })
    inProcess.push([digits(size), ...(await joined(path, size, idle))])
  }
  redis.disconnect()
  const inRedisHeads = ['bytes each', 'a poll', 'server', 'in all', 'whole window', 'server', 'in all']
  const heads = ['ready after', 'blocked for', 'heap', 'bytes each', 'CPU per second']
  const window = 'revocations in the window'
  return `### Revocations, in Redis

Each process polls once a second, and reads all of the feed in a third of the window, 1,000 entries at a time.

${table([window, ...inRedisHeads], inRedis)}

${goals(feedGoals(costs))}

### Revocations, in each process

${table([window, ...heads], inProcess)}`
}

/** A revocation is read once when it is new, and three times with all of the feed. */
const readsOfEach = 4

/** The most entries that one answer has. */
const maxEntries = 1000

/** Milliseconds of the server, for the largest feed. */
function feedGoals(costs) {
  const { poll, whole } = costs.at(-1)
  const ofEach = whole / costs.at(-1).size
  const micros = readsOfEach * ofEach * 1000
  const longest = maxEntries * ofEach
  const size = `${digits(costs.at(-1).size)} revocations`
  return [
    goal(`ms of Redis a second for each process, at ${size}`, atMost(0.15), fixed(poll), poll <= 0.15),
    goal('µs of Redis for each process and new revocation', atMost(6), fixed(micros, 1), micros <= 6),
    goal(`ms that a read of ${size} holds Redis`, atMost(3), fixed(longest), longest <= 3),
  ]
}

/** Reads to the end, from a cursor or from the start; resolves to the cursor of what came last. */
async function endOfFeed(store, cursor) {
  let answer = await store.revokedSince(cursor, { keepFor })
  while (answer.hasMore) {
    answer = await store.revokedSince(answer.cursor, { keepFor })
  }
  return answer.cursor
}

/** A process that joins: until it is ready, and then. */
async function joined(path, size, idle) {
  const child = startModule('feed.mjs', { redis: path, secret, idle }, ['--expose-gc'])
  const { ready, blocked, bytes, cpu } = await messageOf(child)
  await end(child)
  const heap = `${digits(bytes / 1024)} KiB`
  const [readyMs, blockedMs, cpuMs] = [fixed(ready, 0), fixed(blocked, 0), fixed(cpu, 1)].map(inMs)
  return [readyMs, blockedMs, heap, each(bytes, size), cpuMs]
}

/** What reads of the feed cost: bytes, and milliseconds of the server and in all. */
async function costOf(redis, times, cursor) {
  const store = redisStore(redis)
  await redis.config('RESETSTAT')
  const [bytes, begun] = [redis.stream.bytesRead, performance.now()]
  for (let count = 0; count < times; count++) {
    await endOfFeed(store, cursor)
  }
  const took = performance.now() - begun
  const read = redis.stream.bytesRead - bytes
  const [, micros = 0] = /^cmdstat_evalsha:.*?usec=(\d+)/m.exec(await redis.info('commandstats')) ?? []
  return { bytes: read / times, server: micros / 1000 / times, all: took / times }
}

const figures = ({ bytes, server, all }) => [`${digits(bytes)} bytes`, inMs(fixed(server)), inMs(fixed(all))]
const inMs = text => `${text} ms`
const each = (bytes, size) => (size > 0 ? fixed(bytes / size, 0) : '')

/** Spread over users, each by the script of a logout. */
async function publish(redis, size) {
  const store = redisStore(redis)
  const id = () => randomBytes(16).toString('base64url')
  for (let done = 0; done < size; done += 1000) {
    await Promise.all(
      Array.from({ length: Math.min(1000, size - done) }, () =>
        store.delete({ subjectHash: id(), sid: id() }, { keepFor, always: true }),
      ),
    )
  }
}
