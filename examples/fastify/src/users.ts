// The users: a table in SQLite, with passwords as argon2id hashes. Sessions are in the store of Tokenratchet.
import { randomBytes, randomUUID } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import Database from 'libsql'
import type { Credentials } from './credentials.js'
import { refusal } from './refusal.js'

// The OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** An unknown email costs as much time as a wrong password, so the time does not show who has an account. */
const nobodysHash = await hash(randomBytes(32), cost)

export type Users = ReturnType<typeof openUsers>

export function openUsers(file: string) {
  // Several processes may use the file: they wait for each other for up to five seconds.
  const database = new Database(file, { timeout: 5000 })
  database.pragma('journal_mode = WAL')
  database.exec(
    'CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, hash TEXT NOT NULL) STRICT',
  )
  const insert = database.prepare(
    'INSERT INTO users (id, email, hash) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const select = database.prepare('SELECT id, email, hash FROM users WHERE email = ?')
  return {
    /** @throws a refusal if the email has an account */
    async register({ email, password }: Credentials) {
      const id = randomUUID()
      if (insert.run(id, email, await hash(password.normalize(), cost)).changes === 0) {
        throw refusal(409, 'This email is registered already')
      }
      return { id, email }
    },
    /** @throws a refusal if the email or the password is wrong */
    async signIn({ email, password }: Credentials) {
      const found = select.get(email) as { id: string; hash: string } | undefined
      const isRight = await verify(found?.hash ?? nobodysHash, password.normalize())
      if (!found || !isRight) {
        throw refusal(401, 'Wrong email or password')
      }
      return { id: found.id, email }
    },
    close: () => void database.close(),
  }
}
