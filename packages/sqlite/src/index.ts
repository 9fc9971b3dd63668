export type { SqliteDatabase, SqliteStatement, SqliteValue } from './database.js'
export { type SqliteStoreOptions, sqliteStore } from './store.js'
