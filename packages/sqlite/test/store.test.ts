import { fakeClock, storeCases } from '@tokenratchet/core/testing'
import { sqliteStore } from '@tokenratchet/sqlite'
import Database from 'libsql'
import t from 'tap'

for (const { name, run } of storeCases) {
  t.test(`libsql: ${name}`, async t => {
    const clock = fakeClock()
    const database = new Database(`${t.testdir()}/sessions.db`)
    t.teardown(() => database.close())
    const store = sqliteStore(database, { now: clock.now })
    await run({ store, elapse: milliseconds => void clock.set(clock.now() + milliseconds) })
  })
}
