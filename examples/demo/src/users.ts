// The users, in memory: a restart forgets them. An application of yours keeps them in a database: see ../fastify.
import { randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Credentials } from './credentials.js'
import { refusal } from './refusal.js'

const hash = promisify<string, Buffer, number, Buffer>(scrypt)

export type Users = ReturnType<typeof createUsers>

export function createUsers() {
  const users = new Map<string, { id: string; salt: Buffer; hash: Buffer }>()
  return {
    async register({ email, password }: Credentials) {
      const salt = randomBytes(16)
      const user = { id: randomUUID(), salt, hash: await hash(password.normalize(), salt, 32) }
      if (users.has(email)) {
        throw refusal(409, 'This email is registered already')
      }
      users.set(email, user)
      return { id: user.id, email }
    },
    async signIn({ email, password }: Credentials) {
      const user = users.get(email)
      const given = await hash(password.normalize(), user?.salt ?? randomBytes(16), 32)
      if (!user || !timingSafeEqual(given, user.hash)) {
        throw refusal(401, 'Wrong email or password')
      }
      return { id: user.id, email }
    },
  }
}
