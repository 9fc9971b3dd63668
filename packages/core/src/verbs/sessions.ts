import type { Context } from '../context.js'
import { loginOf, publicSession, type Session } from '../sessions/session.js'
import { checkSubject, hashSubject } from '../values/subject.js'

/**
 * The live sessions of a subject, the most recently used first.
 *
 * @throws StoreUnavailableError
 */
export async function sessions<C extends object>(context: Context, subject: string): Promise<Session<C>[]> {
  const subjectHash = hashSubject(checkSubject(subject))
  const found = (await context.store.list(subjectHash)).map(each =>
    publicSession(each, loginOf<C>(context.outage, each)),
  )
  return found.sort((one, other) => other.usedAt.getTime() - one.usedAt.getTime())
}
