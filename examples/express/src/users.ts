// The users, in one SQLite table. Sessions are not here: they are the token store's.
import { randomUUID } from 'node:crypto'
import Database from 'libsql'

export interface User {
  id: string
  email: string
  passwordHash: string
}

export interface Users {
  /** The new user, or undefined when the email is taken. */
  add(email: string, passwordHash: string): User | undefined
  find(email: string): User | undefined
  close(): void
}

export function openUsers(file: string): Users {
  const database = openDatabase(file)
  // One statement decides who gets the email: of two registrations at once, the second changes nothing.
  const insert = database.prepare(
    'INSERT INTO users (id, email, passwordHash) VALUES (?, ?, ?) ON CONFLICT (email) DO NOTHING',
  )
  const select = database.prepare('SELECT id, email, passwordHash FROM users WHERE email = ?')
  return {
    add(email, passwordHash) {
      const id = randomUUID()
      return insert.run(id, email, passwordHash).changes === 1 ? { id, email, passwordHash } : undefined
    },
    find: email => select.get(email) as User | undefined,
    close: () => void database.close(),
  }
}

function openDatabase(file: string): Database.Database {
  try {
    // Milliseconds that processes wait for each other: to write, and here when they start together.
    const database = new Database(file, { timeout: 5000 })
    // Readers and a writer of another process don't wait for each other.
    database.pragma('journal_mode = WAL')
    database.exec(`CREATE TABLE IF NOT EXISTS users (
      id TEXT PRIMARY KEY,
      email TEXT NOT NULL UNIQUE,
      passwordHash TEXT NOT NULL
    ) STRICT`)
    return database
  } catch (error) {
    throw new Error(`The database ${file} can't be opened: ${(error as Error).message}`, { cause: error })
  }
}
