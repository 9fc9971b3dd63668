import { sqliteStore } from '@tokenratchet/sqlite'
import Database from 'libsql'
import t from 'tap'

const shape = { exec() {}, prepare() {} }
const wrong: Record<string, [value: unknown, message: RegExp]> = {
  'a path': ['app.db', /got a path: open it first, such as new Database\(path\)\)$/],
  'a URL': [new URL('file:///app.db'), /a path/],
  'the class': [Database, /got a function/],
  nothing: [undefined, /got undefined/],
  null: [null, /got null/],
  'an empty object': [{}, /got another object/],
  'a database of drizzle': [{ $client: shape, ...shape }, /got a drizzle database: pass its \$client/],
  'a client of @libsql/client': [{ execute() {}, batch() {} }, /@libsql\/client, which is asynchronous/],
  'a database of sqlite3': [{ serialize() {}, each() {}, ...shape }, /sqlite3, which is asynchronous/],
}

t.test('R23: what is no opened database is refused, and the message says what to pass', async t => {
  for (const [what, [value, message]] of Object.entries(wrong)) {
    t.throws(() => sqliteStore(value as never), { name: 'TypeError', message }, what)
  }
})

t.test('R23: a wrong option is refused by its name', async t => {
  const database = new Database(':memory:')
  t.teardown(() => database.close())
  for (const [name, values] of Object.entries({
    prefix: ['', 'a b', '1a', 'x"; DROP TABLE users', 'x'.repeat(41), 7, null],
    timeout: [0, -1, 1.5, Number.NaN, '10', 60_001, null],
    now: [null, 5, 'x'],
    Prefix: ['a'],
  })) {
    for (const value of values) {
      t.throws(() => sqliteStore(database, { [name]: value }), {
        name: 'TypeError',
        message: new RegExp(name),
      })
    }
  }
})
