// Passwords are kept as argon2id hashes, which is the library's default algorithm.
import { randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'

// OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

// Nobody's password: an unknown email costs the same work as a wrong password, so that
// the time of an answer doesn't tell who has an account.
const nobody = await hash(randomBytes(32), cost)

export function hashPassword(password: string): Promise<string> {
  return hash(normalise(password), cost)
}

/** False without a hash, after the same work. */
export async function checkPassword(passwordHash: string | undefined, password: string): Promise<boolean> {
  const matches = await verify(passwordHash ?? nobody, normalise(password))
  return matches && passwordHash !== undefined
}

/** One keyboard sends é as one character, another as two. */
function normalise(password: string): string {
  return password.normalize('NFC')
}
