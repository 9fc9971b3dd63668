// The body of a registration and of a login.
import { refusal } from './refusal.js'

export type Credentials = ReturnType<typeof credentialsOf>

// Only a mail to the address proves more. \p{C}: characters that nobody can see.
const emailPattern = /^[^\s@\p{C}]+@[^\s@\p{C}]+\.[^\s@.\p{C}]+$/u

/** @throws a refusal unless the body has an email address, and a password of at least `minLength` characters */
export function credentialsOf(body: unknown, minLength: number) {
  const { email, password } = (body ?? {}) as Record<string, unknown>
  // The limit keeps hashing cheap.
  const isPassword = typeof password === 'string' && password.length >= minLength && password.length <= 128
  if (typeof email !== 'string' || email.length > 254 || !emailPattern.test(email.trim()) || !isPassword) {
    const length = minLength > 0 ? ` of ${minLength} to 128 characters` : ''
    throw refusal(400, `An email address and a password${length} are required`)
  }
  return { email: email.trim().toLowerCase(), password }
}
