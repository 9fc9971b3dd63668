// Who is it? Asked by every login, wherever its tokens travel.
import { type Credentials, normaliseEmail } from './credentials.js'
import { checkPassword } from './passwords.js'
import { refusal } from './refusal.js'
import type { User, Users } from './users.js'

/** The user with this email and this password; rejects with a refusal when there is none. */
export async function signIn(users: Users, { email, password }: Credentials): Promise<User> {
  const user = users.find(normaliseEmail(email))
  const matches = await checkPassword(user?.passwordHash, password)
  if (!user || !matches) {
    throw refusal(401, 'Wrong email or password')
  }
  return user
}
