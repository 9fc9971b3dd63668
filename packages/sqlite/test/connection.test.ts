// The connection belongs to the application: what it has set stays, and what it does is left alone.
import { randomBytes } from 'node:crypto'
import { sqliteStore } from '@tokenratchet/sqlite'
import Database from 'libsql'
import t, { type Test } from 'tap'

const random = () => randomBytes(16).toString('base64url')
const newSession = () => ({ subjectHash: random(), sid: random(), idleTimeout: 60, lifetime: 60, data: '' })
const rules = { perSubject: 9, keepFor: 60 }
const unavailable = (message: RegExp) => ({ code: 'ERR_STORE_UNAVAILABLE', cause: { message } })

function open(t: Test, file = `${t.testdir()}/app.db`) {
  const database = new Database(file)
  t.teardown(() => database.close())
  return { database, file }
}

const settings = (database: InstanceType<typeof Database>) =>
  ['busy_timeout', 'synchronous', 'foreign_keys', 'cache_size'].map(name =>
    Object.values(database.prepare(`PRAGMA ${name}`).get() as object).join(),
  )

t.test('settings of the connection are put back after each call, also after one that fails', async t => {
  const { database } = open(t)
  database.exec('PRAGMA busy_timeout = 1234; PRAGMA synchronous = OFF; PRAGMA cache_size = 77')
  const store = sqliteStore(database)
  const before = settings(database)
  const session = newSession()
  await store.create(session, rules)
  await store.rotate(session, { generation: 0, recovery: 60, keepFor: 60 })
  const reused = await store.rotate(session, { generation: -1, recovery: 0, keepFor: 60 })
  t.equal(reused.outcome, 'reused')
  await t.rejects(store.create(session, rules), unavailable(/created and ended before/))
  t.same(settings(database), before)
})

t.test(
  'inside a transaction of the application a write is refused, and that transaction goes on',
  async t => {
    const { database } = open(t)
    database.exec('CREATE TABLE mine (id INTEGER)')
    const store = sqliteStore(database)
    await store.create(newSession(), rules)
    database.exec('BEGIN; INSERT INTO mine VALUES (1)')
    await t.rejects(store.create(newSession(), rules), unavailable(/transaction open.*outside of it/))
    database.exec('INSERT INTO mine VALUES (2); COMMIT')
    t.match(database.prepare('SELECT count(*) AS count FROM mine').get(), { count: 2 })
  },
)

t.test(
  'R26: while another connection writes, a call waits without blocking, and is 503 after its timeout',
  async t => {
    const { database, file } = open(t)
    const { database: other } = open(t, file)
    const store = sqliteStore(database, { timeout: 300 })
    const session = newSession()
    await store.create(session, rules)
    other.exec('BEGIN IMMEDIATE')
    let turns = 0
    const turning = setInterval(() => turns++, 5)
    await t.rejects(
      store.rotate(session, { generation: 0, recovery: 60, keepFor: 60 }),
      unavailable(/another connection has locked the database for 300 ms/),
    )
    clearInterval(turning)
    t.ok(turns > 3, `the event loop went on: ${turns} turns`)
    t.match(await store.find(session), { session: { generation: 0 } }, 'reads never wait')
    const waiting = store.rotate(session, { generation: 0, recovery: 60, keepFor: 60 })
    other.exec('COMMIT')
    t.match(await waiting, { outcome: 'rotated' })
  },
)

t.test('several applications share a file by their prefixes', async t => {
  const { database } = open(t)
  const [shop, admin] = [
    sqliteStore(database, { prefix: 'shop' }),
    sqliteStore(database, { prefix: 'admin' }),
  ]
  const session = newSession()
  await shop.create(session, rules)
  t.equal((await admin.find(session)).session, undefined)
  t.ok((await shop.find(session)).session)
})

t.test('tables of a newer version are refused, and nothing is changed', async t => {
  const { database } = open(t)
  await sqliteStore(database).create(newSession(), rules)
  database.exec('UPDATE tokenratchet_state SET version = 2')
  await t.rejects(sqliteStore(database).create(newSession(), rules), unavailable(/version 2.*update/))
  t.match(database.prepare('SELECT count(*) AS count FROM tokenratchet_sessions').get(), { count: 1 })
})

t.test('R26: a row that something else has written is an outage, and stays', async t => {
  const { database } = open(t)
  const store = sqliteStore(database)
  const session = newSession()
  await store.create(session, rules)
  for (const change of ['newest = 281474976710656', "first = 'x'", 'created_at = 1e300']) {
    database.exec(`UPDATE tokenratchet_sessions SET ${change}`)
    await t.rejects(store.find(session), unavailable(/has not written/), change)
    await t.rejects(store.rotate(session, { generation: 0, recovery: 60, keepFor: 60 }), unavailable(/./))
    t.match(database.prepare('SELECT count(*) AS count FROM tokenratchet_sessions').get(), { count: 1 })
    database.exec('UPDATE tokenratchet_sessions SET newest = 0, first = 0, created_at = used_at')
  }
  t.ok((await store.find(session)).session)
})
