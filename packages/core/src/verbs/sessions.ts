import type { Context } from '../context.js'
import { publicSession, type Session } from '../session.js'
import { checkSubject, tagOf } from '../subject.js'

/**
 * The live sessions of a subject, the last used first.
 *
 * @throws StoreUnavailableError
 */
export async function sessions<C extends object>(context: Context, subject: string): Promise<Session<C>[]> {
  const tag = tagOf(checkSubject(subject))
  const stored = await context.ask(store => store.list(tag))
  return [...stored].sort((one, other) => other.usedAt - one.usedAt).map(session => publicSession<C>(session))
}
